import { randomBytes } from 'node:crypto';
import { accountStream, policyFingerprint } from '#identity';
import {
  EventStoreDbEventStore,
  SnapshotKeys,
  parseSnapshotKeys,
  type EventStore,
  type Snapshot,
} from '#event-store';
import {
  DEFAULT_POLICY,
  SNAPSHOT_SHAPE,
  toSnapshot,
  deserializeEvent,
  replay,
  type LedgerEvent,
  type Policy,
} from '#ledger';
import { EventStoreDbProtocolServer } from '#testing';
import { TestLedger } from '../testing/test-ledger.js';
import { runProgram, type ProgramRun } from '../testing/run-program.js';
import { ANNA, BO, CHEN, writeSampleLedger } from '../testing/sample-ledger.js';

// Snapshots are in Postgres with either event store: a real one here, whose owner tampers with it.

const KEYS_TEXT = `spec:${randomBytes(32).toString('base64')}`;
const [KEY] = parseSnapshotKeys(KEYS_TEXT);
if (KEY === undefined) throw new Error('there is no key');
const KEYS = new SnapshotKeys([KEY]);
const UNKNOWN: Policy = { ...DEFAULT_POLICY, rememberMin: 2, rememberMax: 3, consumptionsMax: 2 };

let ledger: TestLedger;
let server: EventStoreDbProtocolServer;
let store: EventStoreDbEventStore;
beforeAll(async () => {
  ledger = await TestLedger.open();
  server = await EventStoreDbProtocolServer.start();
  store = new EventStoreDbEventStore(server.connectionString);
  await writeSampleLedger(store);
});
afterAll(async () => {
  await store.close();
  await server.stop();
  await ledger.close();
});
afterEach(() => ledger.sql('delete from event_store.snapshots'));

describe.each(['postgres', 'eventstoredb'] as const)('verify of snapshots on %s', (kind) => {
  const source = (): EventStore => (kind === 'postgres' ? ledger.store : store);
  const verify = (...args: string[]): Promise<ProgramRun> =>
    runProgram(
      {
        EVENT_STORE: kind === 'postgres' ? ledger.url : server.connectionString,
        DATABASE_URL: ledger.url,
        SNAPSHOT_KEYS: KEYS_TEXT,
      },
      'verify',
      ...args,
    );
  const withoutKeys = (): Promise<ProgramRun> =>
    runProgram(
      {
        EVENT_STORE: kind === 'postgres' ? ledger.url : server.connectionString,
        DATABASE_URL: ledger.url,
      },
      'verify',
      '--json',
    );

  /** What a process would have kept of an account as of that revision. */
  async function honest(user: string, revision: number, policy = DEFAULT_POLICY) {
    const events: LedgerEvent[] = [];
    let hash: Uint8Array = new Uint8Array();
    for await (const recorded of source().readStream(accountStream(user), {
      limit: revision + 1,
    })) {
      events.push(deserializeEvent(recorded).event);
      hash = recorded.hash;
    }
    const key = `${SNAPSHOT_SHAPE}:${policyFingerprint(policy)}:1`;
    const state = toSnapshot(replay(events, policy));
    return { key, snapshot: KEYS.seal(accountStream(user), key, { revision, hash, state }) };
  }

  const put = (stream: string, key: string, one: Snapshot): Promise<void> =>
    ledger.sql(
      `insert into event_store.snapshots (stream, key, revision, hash, state, key_id, mac)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      stream,
      key,
      one.revision,
      Buffer.from(one.hash),
      one.state,
      one.keyId,
      Buffer.from(one.mac),
    );

  async function keep(user: string, revision: number, policy = DEFAULT_POLICY): Promise<void> {
    const { key, snapshot } = await honest(user, revision, policy);
    await put(accountStream(user), key, snapshot);
  }

  const found = (json: ProgramRun) =>
    JSON.parse(json.out) as {
      readonly damage: object;
      readonly snapshots: object;
      readonly places: readonly { readonly kind: string; readonly detail: string }[];
    };

  it('finds no damage in the snapshots that processes keep, whatever the policy', async () => {
    await keep(ANNA, 9);
    await keep(ANNA, 15, UNKNOWN);
    await keep(BO, 3);
    await keep(CHEN, 0);
    const json = await verify('--json');
    expect(json).toMatchObject({ status: 0, err: '' });
    expect(found(json).snapshots).toEqual({ compared: 4, unknown_keys: 0, not_compared: 0 });
    const { out } = await verify();
    expect(out).toContain('4 snapshots were compared with their events.');
    expect(out).toContain('No damage found.');
  });

  it('compares them with their events without the key, and says that seals were not checked', async () => {
    await keep(ANNA, 9);
    const json = await withoutKeys();
    expect(json.status).toBe(0);
    expect(found(json).snapshots).toEqual({ compared: 1, unknown_keys: 1, not_compared: 0 });
  });

  it.each<[string, readonly string[], readonly string[], (one: Snapshot) => Snapshot]>([
    [
      'points that were never there',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, state: one.state.replace(/,(\d+)\]/, ',999999]') }),
    ],
    [
      'nothing of a state',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, state: 'nonsense' }),
    ],
    [
      'another revision',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, revision: 8 }),
    ],
    [
      'a revision that there is not yet',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, revision: 9_000 }),
    ],
    [
      'a revision below all',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, revision: -1 }),
    ],
    [
      'another history',
      ['snapshot-forged', 'snapshot-differs'],
      ['snapshot-differs'],
      (one) => ({ ...one, hash: new Uint8Array(32) }),
    ],
    ['a false seal', ['snapshot-forged'], [], (one) => ({ ...one, mac: new Uint8Array(32) })],
  ])('names one that has %s', async (_, kinds, kindsWithoutKey, change) => {
    const { key, snapshot } = await honest(ANNA, 9);
    await put(accountStream(ANNA), key, change(snapshot));
    await keep(BO, 3);
    const json = await verify('--json');
    expect(json.status).toBe(1);
    expect(Object.keys(found(json).damage).sort()).toEqual([...kinds].sort());
    expect(found(json).places).toMatchObject(kinds.map(() => ({ stream: accountStream(ANNA) })));
    const blind = await withoutKeys();
    expect(Object.keys(found(blind).damage)).toEqual(kindsWithoutKey);
    expect(blind.status).toBe(kindsWithoutKey.length > 0 ? 1 : 0);
  });

  it('names one that was moved from another account, and one of an account that never was', async () => {
    const { key, snapshot } = await honest(ANNA, 9);
    await put(accountStream(BO), key, snapshot);
    await put('points-nobody', key, snapshot);
    const json = await verify('--json');
    expect(json.status).toBe(1);
    expect(found(json).damage).toEqual({ 'snapshot-forged': 2, 'snapshot-differs': 2 });
  });

  it('names one with a good seal that is not what its events come to', async () => {
    const { key, snapshot } = await honest(ANNA, 9);
    const state = snapshot.state.replace(/,(\d+)\]/, ',999999]');
    await put(
      accountStream(ANNA),
      key,
      KEYS.seal(accountStream(ANNA), key, { ...snapshot, state }),
    );
    const { status, out } = await verify();
    expect(status).toBe(1);
    expect(out).toMatch(/snapshot-differs .* balance is \d+, the events come to/);
    expect(out).not.toContain('snapshot-forged');
  });

  it('compares none of another shape, which no process of this version reads', async () => {
    const { snapshot } = await honest(ANNA, 9);
    const key = `999:${policyFingerprint(DEFAULT_POLICY)}`;
    await put(
      accountStream(ANNA),
      key,
      KEYS.seal(accountStream(ANNA), key, { ...snapshot, state: '{}' }),
    );
    const json = await verify('--json');
    expect(json.status).toBe(0);
    expect(found(json).snapshots).toEqual({ compared: 0, unknown_keys: 0, not_compared: 1 });
  });
});

describe('verify', () => {
  it('says where snapshots are not looked at, and which right is missing', async () => {
    const { out } = await runProgram(
      { EVENT_STORE: server.connectionString, DATA_DIR: 'nowhere' },
      'verify',
    );
    expect(out).toContain('Snapshots were not checked: set DATABASE_URL to say where they are.');
  });

  it('refuses keys that are none', async () => {
    const env = { EVENT_STORE: ledger.url, SNAPSHOT_KEYS: 'a:short' };
    expect(await runProgram(env, 'verify')).toMatchObject({
      status: 2,
      err: expect.stringContaining('SNAPSHOT_KEYS must give each key a secret') as string,
    });
  });
});
