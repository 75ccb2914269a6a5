import { generateKeyPairSync } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreDbEventStore } from '#event-store';
import { accountStream } from '#identity';
import { EventStoreDbProtocolServer, type EventStoreDbLogRecord } from '#testing';
import { signStore } from './sign-store.js';
import type { SignedAnchor } from '../evidence/anchor-file.js';
import { checkProof } from '../evidence/check-proof.js';
import { parseProof, serializeProof } from '../evidence/proof-file.js';
import { proveAccount } from '../evidence/prove-account.js';
import { EventStoreDbSource } from '../store/eventstoredb-source.js';
import { SETTINGS_STREAM } from '#ledger';
import { knownSettings, readSettings } from '../checks/known-settings.js';
import { writeLedgerOfRules2 } from '../testing/rules-2-ledger.js';
import { ANNA, BO, USERS, writeSampleLedger } from '../testing/sample-ledger.js';
import type { DamageKind } from '../checks/findings.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import { verifyStore } from './verify-store.js';

// The real client over a real socket, on the protocol server: a double of EventStoreDB whose log can
// be changed directly, like the files on a disk.

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

/** The double's own lists: it shows them as readonly, and that is what is broken here. */
interface BentLog {
  readonly records: EventStoreDbLogRecord[];
  streamOf(stream: string): EventStoreDbLogRecord[];
}
type BentRecord = { -readonly [K in keyof EventStoreDbLogRecord]: EventStoreDbLogRecord[K] };

let server: EventStoreDbProtocolServer;
let store: EventStoreDbEventStore;
let source: EventStoreDbSource;
let log: BentLog;
beforeEach(async () => {
  server = await EventStoreDbProtocolServer.start();
  store = new EventStoreDbEventStore(server.connectionString);
  source = new EventStoreDbSource(server.connectionString);
  log = server.log as unknown as BentLog;
  await writeSampleLedger(store);
});
afterEach(async () => {
  await source.close();
  await store.close();
  await server.stop();
});

const anna = accountStream(ANNA);
const STRANGER = '9d000000-0000-4000-8000-000000000004';

const at = (stream: string, revision: number): BentRecord => {
  const record = log.streamOf(stream)[revision];
  if (record === undefined) throw new Error(`no revision ${revision}`);
  return record;
};

async function kindsFound(anchors: readonly SignedAnchor[] = []): Promise<DamageKind[]> {
  const { findings } = await verifyStore(source, inlineWorkerPool(source), { anchors });
  return [...findings.counts.keys()];
}

async function anchored(after: SignedAnchor | null = null): Promise<SignedAnchor> {
  const options = { key: privateKey, time: '2030-02-01T00:00:00.000Z', after };
  const { anchor } = await signStore(source, inlineWorkerPool(source), options);
  if (anchor === null) throw new Error('nothing was signed');
  return anchor;
}

function remove(stream: string, from: number, count = 1): void {
  const gone = new Set(log.streamOf(stream).splice(from, count));
  const kept = log.records.filter((record) => !gone.has(record));
  log.records.splice(0, Infinity, ...kept);
}

describe('verify on EventStoreDB', () => {
  it('finds no damage in a store that was not touched', async () => {
    const { findings, events, accounts } = await verifyStore(source, inlineWorkerPool(source));
    expect(findings.sorted()).toEqual([]);
    const ours = log.records.filter(({ stream }) => stream.startsWith('points-'));
    expect([events, accounts]).toEqual([ours.length, 3]);
  });

  it('decides the commands of rules 2 again, and finds settings that were deleted', async () => {
    await writeLedgerOfRules2(store, [STRANGER]);
    const verify = async () => {
      const known = knownSettings([], await readSettings(source));
      return verifyStore(source, inlineWorkerPool(source, known));
    };
    const { findings, accounts, settings } = await verify();
    // What else is in the store was written without settings, although rules 2 were in force.
    const ofStranger = [SETTINGS_STREAM, accountStream(STRANGER)];
    expect(findings.sorted().filter(({ stream }) => ofStranger.includes(stream ?? ''))).toEqual([]);
    expect([...findings.counts.keys()]).toEqual(['settings-wrong']);
    expect(accounts).toBe(4);
    expect(settings).toMatchObject({ version: 2, rules: 2 });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    const credentials = { username: 'unused', password: 'unused' };
    await client.tombstoneStream(SETTINGS_STREAM, { credentials });
    await client.dispose();
    const damaged = (await verify()).findings;
    expect([...damaged.counts.keys()]).toEqual(
      expect.arrayContaining(['stream-deleted', 'settings-missing']),
    );
  });

  it('finds events that their account does not give any more, though their positions do', async () => {
    log.streamOf(anna).splice(-2); // the last command whole
    expect(await kindsFound()).toEqual(['passes-disagree']);
  });

  it.each(['data', 'meta', 'type', 'id'] as const)('finds %s changed, and where', async (field) => {
    const record = at(anna, 4);
    if (field === 'data' || field === 'meta') {
      record[field] = Uint8Array.from(record[field], (byte, place) =>
        place === 40 ? byte ^ 1 : byte,
      );
    } else {
      record[field] = field === 'type' ? 'PointsGranted' : '11111111-1111-5111-8111-111111111111';
    }
    const { findings } = await verifyStore(source, inlineWorkerPool(source));
    expect(findings.sorted()).toContainEqual(
      expect.objectContaining({ kind: 'hash-broken', stream: anna, revision: 4 }),
    );
  });

  it('finds an event deleted', async () => {
    remove(anna, 4);
    expect(await kindsFound()).toEqual(['revision-gap']);
  });

  it('finds two events swapped', async () => {
    const [one, other] = [at(anna, 3), at(anna, 4)];
    [one.data, other.data] = [other.data, one.data];
    expect(await kindsFound()).toContain('hash-broken');
  });

  it('finds an event copied to another account', async () => {
    const { id, type, contentType, data, meta } = at(anna, 0);
    server.log.append(accountStream(BO), { id, type, contentType, data, meta });
    expect(await kindsFound()).toEqual(
      expect.arrayContaining(['hash-broken', 'id-not-derived', 'command-not-derived']),
    );
  });

  it('names what is no event of ours, and looks at the rest', async () => {
    at(anna, 4).meta = new Uint8Array(3);
    expect(await kindsFound()).toEqual(['unreadable']);
  });

  const credentials = { username: 'nobody', password: 'none' };
  const meddle = async (work: (client: EventStoreDBClient) => Promise<unknown>): Promise<void> => {
    const client = EventStoreDBClient.connectionString(server.connectionString);
    await work(client);
    await client.dispose();
  };
  it.each<[string, DamageKind[], (client: EventStoreDBClient) => Promise<unknown>]>([
    [
      'deleted for ever',
      ['stream-deleted'],
      (client) => client.tombstoneStream(anna, { credentials }),
    ],
    ['deleted', ['stream-deleted'], (client) => client.deleteStream(anna, { credentials })],
    [
      'truncated by $tb',
      ['stream-truncated', 'revision-gap'],
      (client) => client.setStreamMetadata(anna, { truncateBefore: 5 }, { credentials }),
    ],
    [
      'truncated by $maxCount',
      ['stream-truncated', 'revision-gap'],
      (client) => client.setStreamMetadata(anna, { maxCount: 2 }, { credentials }),
    ],
    [
      'truncated to nothing',
      ['stream-truncated'],
      (client) => client.setStreamMetadata(anna, { truncateBefore: 1_000 }, { credentials }),
    ],
  ])('names an account that was %s, and goes on with all others', async (_how, kinds, how) => {
    const other = at(accountStream(BO), 3);
    other.data = Uint8Array.from(other.data, (byte, place) => (place === 40 ? byte ^ 1 : byte));
    await meddle(how);
    const ours = log.records.filter(
      ({ stream, type }) => stream.startsWith('points-') && !type.startsWith('$'),
    );
    const { findings, events, accounts } = await verifyStore(source, inlineWorkerPool(source));
    expect([events, accounts]).toEqual([ours.length, 3]);
    const found = [...findings.counts.keys()];
    expect(found).toEqual(expect.arrayContaining([...kinds, 'hash-broken']));
    expect(found).not.toContain('passes-disagree');
    const named = findings.sorted().filter(({ kind }) => kinds.includes(kind));
    expect(new Set(named.map(({ stream }) => stream))).toEqual(new Set([anna]));
    expect(findings.counts.get(kinds[0] as DamageKind)).toBe(1);
  });

  it('says by which metadata the events of an account are hidden', async () => {
    await meddle((client) => client.setStreamMetadata(anna, { maxCount: 2 }, { credentials }));
    const { findings } = await verifyStore(source, inlineWorkerPool(source));
    expect(findings.sorted()).toContainEqual(
      expect.objectContaining({
        kind: 'stream-truncated',
        stream: anna,
        detail: expect.stringContaining('$maxCount 2') as string,
      }),
    );
  });

  it('finds the tail cut and an account removed by an anchor, and only so', async () => {
    const anchor = await anchored();
    expect(await kindsFound([anchor])).toEqual([]);
    remove(accountStream(USERS[2]), 0, Infinity);
    expect(await kindsFound()).toEqual([]);
    expect(await kindsFound([anchor])).toContain('anchor-beyond-end');
  });

  it('finds the tail of one account cut, whatever came behind it', async () => {
    const anchor = await anchored();
    // The last command whole: what is left of one is seen even without an anchor.
    remove(anna, log.streamOf(anna).length - 2, 2);
    expect(await kindsFound()).toEqual([]);
    expect(await kindsFound([anchor])).toEqual(['anchor-events-differ', 'anchor-accounts-differ']);
  });

  it('proves a statement, and that one anchor holds the one before', async () => {
    const first = await anchored();
    const users = ['33000000-0000-4000-8000-000000000009'];
    await writeSampleLedger(store, { users });
    const next = await anchored(first);
    expect(next.previous?.size).toBe(first.size);
    expect(await kindsFound([first, next])).toEqual([]);
    const proved = await proveAccount(source, ANNA, first);
    if (proved.kind !== 'proved') throw new Error(proved.kind);
    const proof = parseProof([await text(serializeProof(proved.head, proved.pages))]);
    expect(checkProof('it', proof, publicKey).faults).toEqual([]);
  });
});
