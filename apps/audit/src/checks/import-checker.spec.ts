import { hash } from 'node:crypto';
import { encodeImported, readImportedAccount } from '#commands';
import { MemoryEventStore } from '#event-store/testing';
import { accountStream, rowsDigest } from '#identity';
import type { ImportBody, NonEmpty, TakeOverEvent } from '#ledger';
import {
  closedThere,
  handedBack,
  imported,
  legacyRow,
  legacyRows,
  openThere,
  opened,
  openingBatch,
} from '#ledger/testing';
import { settingsInForceOf, settingsOf } from '#settings/testing';
import type { StoredEvent } from '../store/event-source.js';
import { storedEventsIn, withForgedData, withForgedMeta } from '../testing/sample-events.js';
import { ANNA } from '../testing/sample-ledger.js';
import { AccountChecker } from './account-checker.js';
import { canonicalJson } from './canonical-json.js';
import type { Damage } from './findings.js';
import { knownSettings } from './known-settings.js';

const STREAM = accountStream(ANNA);
const AT = '2030-01-01T08:00:00.000Z';
const MAPPING = { zone: 'UTC', rows: { table: 'mjk_point_transactions' } };
const mapDigest = hash('sha256', canonicalJson(MAPPING), 'hex');

const TAKE_OVERS: readonly TakeOverEvent[] = [
  {
    type: 'TakeOverStarted',
    importId: 'old',
    mapping: MAPPING,
    from: '2030-01-01T01:00:00.000Z',
    at: '2030-01-01T00:00:00.000Z',
    by: 'anna',
  },
];

const SETTINGS = settingsOf({ rules: 2 });
const VERSION = { version: 1, from: SETTINGS.from, rules: 2, settings: SETTINGS };

const ROWS = [
  legacyRow(1, { type: 'recharge', amount: 100, before: 0, sourceId: 'o1' }),
  legacyRow(2, { amount: 20, before: 100, sourceId: 'k1' }),
  legacyRow(3, { amount: 10, before: 80, sourceId: 'k2' }),
];

const OPENING = {
  mapDigest,
  batches: [openingBatch(1, 70, { points: 100, rechargeId: 'o1', sourceId: 'o1' })],
  closed: [closedThere('k1', [{ batchId: 1, points: 20 }], { rows: ['2'] })],
  open: [openThere('k2', [{ batchId: 1, points: 10 }], { rows: ['3'] })],
  rows: 3,
  throughId: '3',
  rowsDigest: rowsDigest(ROWS),
};

const STORY: NonEmpty<ImportBody> = [
  imported({ mapDigest }),
  legacyRows(ROWS),
  opened(OPENING),
  handedBack({ balance: 70, held: 10 }),
];

async function stored(...bodies: NonEmpty<ImportBody>): Promise<readonly StoredEvent[]> {
  const store = new MemoryEventStore();
  const origin = {
    importId: 'old',
    now: AT,
    settings: settingsInForceOf({ rules: 2 }),
    correlation: 'c',
  };
  const { events } = encodeImported(await readImportedAccount(store, ANNA), bodies, origin);
  await store.append(STREAM, -1, events);
  return storedEventsIn(store);
}

function check(events: readonly StoredEvent[], takeOvers = TAKE_OVERS): readonly string[] {
  const found: Damage[] = [];
  const known = knownSettings([], [VERSION], takeOvers);
  const checker = new AccountChecker(STREAM, known, (damage) => found.push(damage));
  for (const event of events) checker.check(event);
  checker.finish();
  return found.map(({ kind, revision, detail }) => `${kind} ${revision}: ${detail}`);
}

describe('The check of an account that was taken over', () => {
  it('finds nothing where nothing was changed', async () => {
    expect(check(await stored(...STORY))).toEqual([]);
  });

  it('finds a digest that does not follow from the fields', async () => {
    const forged = withForgedData(await stored(...STORY), STREAM, 1, (data) => {
      (data['rows'] as unknown[][])[1]![9] = 'another text';
    });
    expect(check(forged)[0]).toContain('digest-not-derived 1: that of its fields is');
  });

  it('finds a mapping that was not said before', async () => {
    const events = await stored(...STORY);
    expect(check(events, [])[0]).toContain('had not said that it reads by mapping');
  });

  it('finds another name, and data beside those of the event', async () => {
    const events = await stored(...STORY);
    const named = withForgedMeta(events, STREAM, 1, (meta) => {
      (meta['command'] as Record<string, string>)['id'] = 'rows:9';
    });
    expect(check(named).join()).toContain('is not what import old would name it');
    const withData = withForgedMeta(
      events,
      STREAM,
      1,
      (meta) => (meta['data'] = { user_id: ANNA }),
    );
    expect(check(withData).join()).toContain('it says data beside those of the event');
  });

  it.each<[string, Parameters<typeof opened>[0]]>([
    ['it says 2 legacy rows, 3 stand', { rows: 2 }],
    ['it says the digest of the legacy rows is', { rowsDigest: 'a'.repeat(64) }],
    [
      'the last legacy row leaves 70 points, the opening goes on from 60',
      {
        adjusted: {
          balanceWas: 60,
          batchesWas: 70,
          believed: 'batches',
          row: { type: 'recharge', amount: 10, before: 60 },
        },
      },
    ],
    [
      'consumption k1 drew more of batch 1 than its rows say',
      { closed: [closedThere('k1', [{ batchId: 1, points: 20 }], { rows: ['3'] })], open: [] },
    ],
    [
      'legacy row 1 is no consumption',
      { closed: [closedThere('k1', [{ batchId: 1, points: 20 }], { rows: ['1'] })] },
    ],
    [
      'legacy row 3 is of two consumptions',
      { closed: [closedThere('k1', [{ batchId: 1, points: 10 }], { rows: ['3'] })] },
    ],
    [
      'consumption k1 is for poetry, which is no business',
      { closed: [closedThere('k1', [], { rows: ['2'], sourceType: 'poetry' })] },
    ],
  ])('finds an opening that its rows do not tell: %s', async (reason, change) => {
    const [begin, rows] = STORY as readonly [ImportBody, ImportBody];
    const events = await stored(begin, rows, opened({ ...OPENING, ...change }));
    expect(check(events)).toEqual([expect.stringContaining(`rule-broken 2: ${reason}`)]);
  });
});
