import { MemoryEventStore } from '#event-store/testing';
import { accountStream, commandDigest } from '#identity';
import { SETTINGS_STREAM } from '#ledger';
import { readVector, vectorFiles } from '#ledger/testing';
import { knownSettings, readSettings } from '../checks/known-settings.js';
import type { StoredEvent } from '../store/event-source.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { SWITCHED, writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import {
  storedEventsIn,
  withChange,
  withForgedData,
  withForgedMeta,
  withFreshHashes,
} from '../testing/sample-events.js';
import { ANNA } from '../testing/sample-ledger.js';
import { ledgerOfVector } from '../testing/vector-ledger.js';
import { verifyStore } from './verify-store.js';

const STREAM = accountStream(ANNA);

let events: StoredEvent[];
beforeAll(async () => {
  const store = new MemoryEventStore();
  await writeLedgerOfRules2(store, [ANNA]);
  events = await storedEventsIn(store);
});

async function verify(stored: readonly StoredEvent[]) {
  const source = new MemoryEventSource([...stored]);
  const known = knownSettings([], await readSettings(source));
  const verified = await verifyStore(source, inlineWorkerPool(source, known));
  return { ...verified, found: verified.findings.sorted() };
}

type Data = Record<string, unknown>;

/** The revision of the account's event of that type, from the first (0) or from the last (-1) on. */
function revisionOf(type: string, place = 0): number {
  const found = events.filter((event) => event.stream === STREAM && event.type === type).at(place);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found.revision;
}

const withData = (revision: number, change: (data: Data) => void): StoredEvent[] =>
  withForgedData(events, STREAM, revision, change);
const withMeta = (revision: number, change: (meta: Data) => void): StoredEvent[] =>
  withForgedMeta(events, STREAM, revision, change);

/** The revision of the event that the command with that id begins with. */
function firstOf(id: string): number {
  const found = events.find(
    ({ meta, stream }) => stream === STREAM && meta.includes(`"id":"${id}"`),
  );
  if (found === undefined) throw new Error(`there is no command ${id}`);
  return found.revision;
}

describe('verifyStore, of rules 2', () => {
  it('has every event of rules 2 to look at, and rules 1 before them in the same stream', () => {
    const types = new Set(events.map(({ type }) => type));
    expect([...types].sort()).toEqual([
      'CommandRefused',
      'ConsumptionExtended',
      'ConsumptionSettled',
      'DebtCollected',
      'DebtForgiven',
      'PointsConsumed',
      'PointsExpired',
      'PointsRecharged',
      'PointsRefunded',
      'RechargeReinstated',
      'RechargeReversed',
      'SettingsPublished',
    ]);
    const ofAccount = events.filter(({ stream }) => stream === STREAM);
    const named = ofAccount.map(({ meta }) => (JSON.parse(meta) as Data)['settings']);
    expect([...new Set(named)]).toEqual([undefined, 1, 2]);
  });

  it('finds no damage, and shows the settings', async () => {
    const { found, settings, accounts, unknownPolicies } = await verify(events);
    expect(found).toEqual([]);
    expect(settings).toEqual({ version: 2, from: SWITCHED, rules: 2 });
    expect(accounts).toBe(1);
    expect(unknownPolicies.size).toBe(0);
  });

  it.each(vectorFiles('rules-2'))(
    'finds no damage in what the commands of %s make',
    async (file) => {
      const vector = readVector(file, 'rules-2');
      const written = await ledgerOfVector(vector);
      const expected = Object.values(vector.users).reduce(
        (sum, user) => sum + user.events.length,
        0,
      );
      expect(written.length).toBe(expected + (vector.settings?.length ?? 0));
      const { found } = await verify(written);
      expect(found).toEqual([]);
    },
  );
});

const adding =
  (...fields: readonly string[]) =>
  (data: Data): void => {
    for (const field of fields) data[field] = Number(data[field]) + 1;
  };

describe('verifyStore finds, although all hashes were made anew,', () => {
  it.each<[string, () => StoredEvent[], string, RegExp]>([
    [
      'points that do not follow from their price',
      () => withData(firstOf('chat'), adding('points')),
      'price-wrong',
      /^7.5 at its price are 3 points, it says 4$/,
    ],
    [
      'a price that was not published',
      () => withData(firstOf('chat'), (data) => ((data['price'] as Data)['points'] = '0.5')),
      'price-wrong',
      /^version 2 of the settings has another price for chat, or none$/,
    ],
    [
      'settings that were not in force',
      () => withMeta(firstOf('chat'), (meta) => (meta['settings'] = 1)),
      'settings-wrong',
      /^version 1 was not in force at 2030-01-07T12:00:00.000Z, but 2$/,
    ],
    [
      'settings that were not in force yet',
      () => withMeta(firstOf('c2'), (meta) => (meta['settings'] = 2)),
      'settings-wrong',
      /^version 2 was not in force at .*, but 1$/,
    ],
    [
      'a version of the settings that is not there',
      () => withMeta(firstOf('chat'), (meta) => (meta['settings'] = 9)),
      'settings-missing',
      /^there is no version 9 of the settings that can be read$/,
    ],
    [
      'settings that were taken away',
      () => events.filter(({ stream }) => stream !== SETTINGS_STREAM),
      'settings-missing',
      /^there is no version 1 of the settings that can be read$/,
    ],
    [
      'the policy of other settings',
      () => withMeta(firstOf('c2'), (meta) => (meta['policy'] = 'ab'.repeat(8))),
      'settings-wrong',
      /^its policy is abababababababab, that of version 1 [0-9a-f]{16}$/,
    ],
    [
      'older rules than those of its settings',
      () => withMeta(firstOf('chat'), (meta) => (meta['rules'] = 1)),
      'unreadable',
      /^meta has a bad rules$/,
    ],
    [
      'rules that nobody knows',
      () => withMeta(firstOf('chat'), (meta) => (meta['rules'] = 3)),
      'unreadable',
      /^rules 3 are not known to this program$/,
    ],
    [
      'other data of a command',
      () => withMeta(firstOf('r4'), (meta) => ((meta['data'] as Data)['points'] = 1_001)),
      'digest-not-derived',
      /^that of its data is [0-9a-f]{64}, it says [0-9a-f]{64}$/,
    ],
    [
      'other metadata of a sender',
      () =>
        withMeta(firstOf('r4'), (meta) => {
          ((meta['data'] as Data)['metadata'] as Data)['channel'] = 'other';
        }),
      'digest-not-derived',
      /^that of its data is/,
    ],
    [
      'data that are missing',
      () => withMeta(firstOf('r4'), (meta) => delete meta['data']),
      'digest-not-derived',
      /^the data of its command are missing$/,
    ],
    [
      'another digest',
      () => withData(firstOf('r4'), (data) => (data['digest'] = '0'.repeat(64))),
      'digest-not-derived',
      /^that of its data is [0-9a-f]{64}, it says 0{64}$/,
    ],
    [
      'data with a second event of a command',
      () => withMeta(firstOf('s1') + 1, (meta) => (meta['data'] = { user_id: ANNA })),
      'rule-broken',
      /^it says another origin than the rest of its command$/,
    ],
    [
      'another amount that is owed',
      () => withData(revisionOf('DebtCollected'), adding('owedAfter')),
      'rule-broken',
      /^owedAfter says \d+, the events before it \d+$/,
    ],
    [
      'less that was collected',
      () =>
        withData(revisionOf('DebtCollected'), (data) => {
          const [draw] = data['draws'] as Data[];
          data['points'] = Number(data['points']) - 1;
          draw!['points'] = Number(draw!['points']) - 1;
          data['balanceAfter'] = Number(data['balanceAfter']) + 1;
          data['owedAfter'] = Number(data['owedAfter']) + 1;
        }),
      'rule-broken',
      /^balanceAfter is 16, the rules say 15$/,
    ],
    [
      'uncollected points that should be a debt',
      () =>
        withData(firstOf('v2'), (data) => {
          data['uncollected'] = Number(data['uncollected']) - 1;
          data['owed'] = 1;
          data['owedAfter'] = Number(data['owedAfter']) + 1;
        }),
      'rule-broken',
      /the rules say/,
    ],
    [
      'a debt that should be uncollected',
      () =>
        withData(settlementWithDebt(), (data) => {
          data['uncollected'] = 1;
          data['owed'] = Number(data['owed']) - 1;
          data['owedAfter'] = Number(data['owedAfter']) - 1;
        }),
      'rule-broken',
      /^(owedAfter|owed) is \d+, the rules say \d+$/,
    ],
    [
      'a field that no such event has',
      () => withData(firstOf('chat'), (data) => (data['bonus'] = 1)),
      'rule-broken',
      /bonus/,
    ],
    [
      'another reason of a refusal',
      () => withData(firstOf('poem'), (data) => (data['code'] = 'NoPrice')),
      'rule-broken',
      /^code is "NoPrice", the rules say "UnknownBusiness"$/,
    ],
    [
      'another detail of a refusal',
      () => withData(firstOf('r5'), (data) => ((data['details'] as Data)['batchId'] = 7)),
      'rule-broken',
      /^details.batchId is 7, the rules say \d+$/,
    ],
  ])('%s', async (_, tamper, kind, detail) => {
    const { found } = await verify(tamper());
    const named = found.filter((damage) => damage.kind === kind);
    expect(named.map((damage) => damage.detail)).toContainEqual(expect.stringMatching(detail));
  });

  /** The first settlement that left a debt. */
  function settlementWithDebt(): number {
    const found = events.find(
      ({ type, data }) =>
        type === 'ConsumptionSettled' && Number((JSON.parse(data) as Data)['owed']) > 0,
    );
    if (found === undefined) throw new Error('no settlement left a debt');
    return found.revision;
  }

  it('a command whose data and digest were forged together', async () => {
    const revision = firstOf('chat');
    const forged = withMeta(revision, (meta) => {
      (meta['data'] as Data)['quantity'] = 20;
    });
    const meta = JSON.parse(
      forged.find((event) => event.stream === STREAM && event.revision === revision)!.meta,
    ) as Data;
    const digest = commandDigest('ConsumePoints', meta['data'] as object);
    const both = withForgedData(
      forged,
      STREAM,
      revision,
      (changed) => (changed['digest'] = digest),
    );
    const { found } = await verify(both);
    expect(found).toMatchObject([
      { kind: 'rule-broken', revision, detail: 'balanceAfter is 1012, the rules say 1007' },
    ]);
  });

  it('a version whose price was raised afterwards, by every event that was decided by it', async () => {
    const forged = withForgedData(events, SETTINGS_STREAM, 1, (data) => {
      const businesses = data['businesses'] as { code: string; price: Data | null }[];
      businesses.find(({ code }) => code === 'chat')!.price!['points'] = '0.1';
    });
    const { found } = await verify(forged);
    expect(found.map(({ kind, revision }) => [kind, revision])).toContainEqual([
      'price-wrong',
      firstOf('chat'),
    ]);
    expect(found.map(({ kind, stream }) => [kind, stream])).toContainEqual([
      'id-not-derived',
      SETTINGS_STREAM,
    ]);
  });

  it('debts that were paid in another order', async () => {
    const two = await withTwoDebts();
    const [first, second] = two.filter(({ type }) => type === 'DebtCollected');
    expect(JSON.parse(first!.data)).toMatchObject({ consumptionId: 'one' });
    const names = ['consumptionId', 'of', 'label', 'sourceId', 'sourceType'];
    const other = JSON.parse(second!.data) as Data;
    const forged = withForgedData(two, STREAM, first!.revision, (data) => {
      for (const name of names) data[name] = other[name];
    });
    const { found } = await verify(forged);
    expect(found.map(({ kind, detail }) => [kind, detail])).toContainEqual([
      'rule-broken',
      `the debt of ${String(other['of'])} is not the oldest`,
    ]);
  });

  /** Of two settlements, each of which cost more than the account had. */
  async function withTwoDebts(): Promise<StoredEvent[]> {
    const at = (minute: number): string =>
      `2030-01-01T12:${String(minute).padStart(2, '0')}:00.000Z`;
    const step = (minute: number, type: string, data: object) => ({
      command: {
        source: '/spec',
        id: String(minute),
        type,
        user_id: ANNA,
        at: at(minute),
        data: { user_id: ANNA, ...data },
      },
    });
    const hold = { source_type: 'script', points: 10, settle_within: 600 };
    const { settings } = readVector('default-1.json', 'rules-2');
    return ledgerOfVector({
      settings: settings!.slice(0, 1),
      steps: [
        step(1, 'RechargePoints', { points: 20, expires_at: null }),
        step(2, 'ConsumePoints', { ...hold, consumption_id: 'one' }),
        step(3, 'ConsumePoints', { ...hold, consumption_id: 'two' }),
        step(4, 'SettleConsumption', { consumption_id: 'one', points: 15 }),
        step(5, 'SettleConsumption', { consumption_id: 'two', points: 18 }),
        step(6, 'RechargePoints', { points: 9, expires_at: null }),
      ] as never,
    });
  }

  it('an event of older rules than those in force, that names no settings', async () => {
    const revision = firstOf('r3');
    const old = withMeta(revision, (meta) => {
      for (const name of ['settings', 'rules', 'data']) delete meta[name];
      meta['policy'] = 'ab'.repeat(8);
      meta['v'] = 1;
    });
    const { found } = await verify(old);
    expect(found.map(({ kind, detail }) => [kind, detail])).toContainEqual([
      'settings-wrong',
      'it names none, and version 2 of rules 2 was',
    ]);
  });
});

describe('verifyStore goes on', () => {
  it('with the rules behind an event that names settings that are not there', async () => {
    const twice = withMeta(firstOf('chat'), (meta) => (meta['settings'] = 9));
    const forged = withFreshHashes(
      withChange(twice, STREAM, firstOf('r5'), ({ data }) => ({
        data: data.replace('RechargeIdReused', 'BalanceLimit'),
      })),
      STREAM,
    );
    const { found } = await verify(forged);
    expect(found.map(({ kind, revision }) => [kind, revision])).toEqual([
      ['settings-missing', firstOf('chat')],
      ['rule-broken', firstOf('r5')],
    ]);
  });
});
