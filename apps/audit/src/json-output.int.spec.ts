import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import pg from 'pg';
import { EventStoreDbEventStore } from '#event-store';
import { accountStream } from '#identity';
import { SNAPSHOT_SHAPE } from '#ledger';
import { PostgresTableWriter, migrate } from '#read-model';
import { EventStoreDbProtocolServer } from '#testing';
import { runProgram } from './testing/run-program.js';
import { ANNA, BO, CHEN, writeSampleLedger } from './testing/sample-ledger.js';
import { TestLedger } from './testing/test-ledger.js';

// Programs read what `--json` prints. The golden file holds it byte for byte, as the first release
// printed it: a key, a number or a text that changes here breaks somebody's alert. The one exception
// is the newest version of events that this program reads, which an unknown one is told.

interface Printed {
  readonly status: number;
  readonly out: string;
}

const GOLDEN = JSON.parse(readFileSync('test/golden/audit-json-v1.json', 'utf8')) as Readonly<
  Record<string, Printed>
>;

let ledger: TestLedger;
let dir: string;
beforeAll(async () => {
  ledger = await TestLedger.open();
  dir = mkdtempSync(join(tmpdir(), 'points-audit-json-'));
  await writeFixedKey(join(dir, 'key'));
  const pool = new pg.Pool({ connectionString: ledger.url, max: 1 });
  await migrate(pool);
  const { events, next } = await ledger.store.readAll(null, 10_000);
  if (next === null) throw new Error('the sample ledger is empty');
  const writer = new PostgresTableWriter(pool, { name: 'points', version: 1 });
  await writer.write(null, { events, next });
  await pool.end();
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await ledger.close();
});

/** Signatures of Ed25519 depend on nothing but the key and the text. */
async function writeFixedKey(file: string): Promise<void> {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, 7),
  ]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  writeFileSync(file, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  writeFileSync(`${file}.pub`, createPublicKey(key).export({ format: 'pem', type: 'spki' }));
}

async function print(eventStore: string, ...args: readonly string[]): Promise<Printed> {
  const env = { EVENT_STORE: eventStore, DATABASE_URL: ledger.url };
  const { status, out } = await runProgram(env, ...args, '--json');
  return { status, out: withoutVariables(out) };
}

const withoutVariables = (out: string): string =>
  out
    .replaceAll(dir, 'DIR')
    .replaceAll(/"(seconds|rss_mb)":[\d.e-]+/g, '"$1":0')
    .replaceAll(/\bes-\d{20}-\d{20}\b/g, 'POSITION');

const sql = (text: string) => () => ledger.sql(text);
const rewrite =
  (revision: number, change: Parameters<TestLedger['rewrite']>[2], user = ANNA) =>
  () =>
    ledger.rewrite(accountStream(user), revision, change);

const TAMPERINGS: readonly (readonly [string, () => Promise<void>])[] = [
  ['not at all', () => Promise.resolve()],
  ['an event was deleted', sql('delete from event_store.events where position = 20')],
  ['the tail was cut', sql('delete from event_store.events where position > 60')],
  ['all events were deleted', sql('delete from event_store.events')],
  ['the head was moved back', sql('update event_store.head set position = 60')],
  ['data was changed', sql(`update event_store.events set data = data || ' ' where position = 9`)],
  ['data is cut', sql(`update event_store.events set data = '{"at":' where position = 9`)],
  ['data lacks fields', sql(`update event_store.events set data = '{}' where position = 9`)],
  ['meta is no JSON', sql(`update event_store.events set meta = 'x' where position = 9`)],
  ['a type is unknown', sql(`update event_store.events set type = 'Gift' where position = 9`)],
  ['a stream is foreign', sql(`update event_store.events set stream = 'x' where position = 9`)],
  [
    'the hash was changed',
    sql(`update event_store.events set hash = sha256('') where position = 9`),
  ],
  [
    'an id was changed',
    rewrite(2, (_, row) => (row.id = row.id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))),
  ],
  ['a balance was forged', rewrite(5, (data) => (data['balanceAfter'] = 1))],
  ['points were forged', rewrite(3, (data) => (data['points'] = 7))],
  ['a recharge was forged', rewrite(0, (data) => (data['points'] = 1_001))],
  ['a refusal was forged', rewrite(13, (data) => (data['code'] = 'TooMany'), BO)],
  [
    'a command has another id',
    rewrite(0, (_, row) => (row.meta = row.meta.replace('"id":"r1"', '"id":"r9"'))),
  ],
  [
    'a policy is unknown',
    rewrite(0, (_, row) => (row.meta = row.meta.replace(/"policy":"[0-9a-f]+"/, '"policy":"x"'))),
  ],
  [
    'a version is unknown',
    rewrite(4, (_, row) => (row.meta = row.meta.replace(/"v":1\}/, '"v":9}'))),
  ],
];

describe('verify --json', () => {
  it.each(TAMPERINGS)('prints what it always has: %s', async (title, tamper) => {
    const printed = await ledger.withTampering(tamper, () => print(ledger.url, 'verify'));
    expect(printed).toEqual(GOLDEN[`verify: ${title}`]);
  });

  it('prints what it always has: a snapshot was forged', async () => {
    await ledger.sql(
      `insert into event_store.snapshots (stream, key, revision, hash, state, key_id, mac)
       values ($1, $2, 3, sha256(''), '{}', 'spec', sha256(''))`,
      accountStream(ANNA),
      `${SNAPSHOT_SHAPE}:x`,
    );
    const env = {
      EVENT_STORE: ledger.url,
      DATABASE_URL: ledger.url,
      SNAPSHOT_KEYS: `spec:${Buffer.alloc(32, 7).toString('base64')}`,
    };
    const { status, out } = await runProgram(env, 'verify', '--json').finally(() =>
      ledger.sql('delete from event_store.snapshots'),
    );
    expect({ status, out: withoutVariables(out) }).toEqual(GOLDEN['verify: a snapshot was forged']);
  });
});

describe('replay --json', () => {
  it.each([
    ['to a revision', ['--user', ANNA, '--revision', '5'], 'not at all'],
    ['to a time', ['--user', BO, '--at', '2030-01-02T13:05:00Z'], 'not at all'],
    ['of no account', ['--user', '99999999-9999-4999-8999-999999999999'], 'not at all'],
    ['of a forged balance', ['--user', ANNA], 'a balance was forged'],
    ['of an unknown type', ['--user', CHEN], 'a type is unknown'],
    ['of a deleted event', ['--user', BO], 'an event was deleted'],
  ])('prints what it always has: %s', async (title, args, tampering) => {
    const [, tamper] = TAMPERINGS.find(([name]) => name === tampering) ?? [];
    if (tamper === undefined) throw new Error(`there is no tampering "${tampering}"`);
    const printed = await ledger.withTampering(tamper, () => print(ledger.url, 'replay', ...args));
    expect(printed).toEqual(GOLDEN[`replay: ${title}`]);
  });
});

const TABLES = [
  ['equal', 'select', 'select'],
  [
    'a balance differs',
    `update mjk_point_accounts_v1 set balance = balance + 1 where user_id = '${BO}'`,
    `update mjk_point_accounts_v1 set balance = balance - 1 where user_id = '${BO}'`,
  ],
  [
    'a time differs',
    `update mjk_point_accounts_v1 set updated_at = updated_at + interval '1 hour' where user_id = '${BO}'`,
    `update mjk_point_accounts_v1 set updated_at = updated_at - interval '1 hour' where user_id = '${BO}'`,
  ],
  [
    'rows are missing',
    `create table kept as select * from mjk_point_transactions_v1 where user_id = '${CHEN}';
     delete from mjk_point_transactions_v1 where user_id = '${CHEN}'`,
    'insert into mjk_point_transactions_v1 select * from kept; drop table kept',
  ],
] as const;

describe('diff --json', () => {
  it.each(TABLES)('prints what it always has: %s', async (title, change, restore) => {
    await ledger.sql(change);
    const printed = await print(ledger.url, 'diff').finally(() => ledger.sql(restore));
    expect(printed).toEqual(GOLDEN[`diff: ${title}`]);
  });
});

describe('anchor, prove and check --json', () => {
  it('print what they always have', async () => {
    const file = (name: string): string => join(dir, name);
    const key = ['--key', file('key')];
    const made: Record<string, Printed> = {
      anchor: await print(ledger.url, 'anchor', ...key, '--out', file('a1')),
      'anchor: after another': await print(
        ledger.url,
        ...['anchor', ...key, '--out', file('a2'), '--after', file('a1')],
      ),
      'anchor: of a damaged store': await ledger.withTampering(
        sql('delete from event_store.events where position = 20'),
        () => print(ledger.url, 'anchor', ...key, '--out', file('a3')),
      ),
      prove: await print(
        ledger.url,
        ...['prove', '--user', BO, '--anchor', file('a1'), '--out', file('p')],
      ),
      'prove: of a changed account': await ledger.withTampering(
        rewrite(0, (data) => (data['sourceId'] = 'another')),
        () => print(ledger.url, 'prove', '--user', BO, '--anchor', file('a1'), '--out', file('q')),
      ),
      'verify: an anchor differs': await ledger.withTampering(
        rewrite(0, (data) => (data['sourceId'] = 'another')),
        () => print(ledger.url, 'verify', '--anchor', file('a1')),
      ),
      'verify: it ends before the anchor': await ledger.withTampering(
        sql(
          'delete from event_store.events where position > 60; update event_store.head set position = 60',
        ),
        () => print(ledger.url, 'verify', '--anchor', file('a1')),
      ),
    };
    const lines = readFileSync(file('p'), 'utf8').split('\n');
    writeFileSync(file('shortened'), lines.toSpliced(5, 1).join('\n'));
    writeFileSync(file('cut'), lines.join('\n').slice(0, -20));
    writeFileSync(file('changed'), readFileSync(file('a1'), 'utf8').replace('size: ', 'size: 1'));
    const checked = ['p', 'shortened', 'cut', 'a1', 'a2', 'changed'].map(file);
    made['check'] = await print(ledger.url, 'check', ...checked, '--key', file('key.pub'));
    for (const [title, printed] of Object.entries(made)) {
      expect([title, printed]).toEqual([title, GOLDEN[title]]);
    }
  });
});

describe('--json on EventStoreDB', () => {
  let server: EventStoreDbProtocolServer;
  let store: EventStoreDbEventStore;
  beforeEach(async () => {
    server = await EventStoreDbProtocolServer.start();
    store = new EventStoreDbEventStore(server.connectionString);
    await writeSampleLedger(store);
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  const credentials = { username: 'unused', password: 'unused' };
  const withClient = async (work: (client: EventStoreDBClient) => Promise<unknown>) => {
    const client = EventStoreDBClient.connectionString(server.connectionString);
    await work(client).finally(() => client.dispose());
  };
  const DAMAGES: readonly (readonly [string, () => Promise<void>])[] = [
    ['not at all', () => Promise.resolve()],
    [
      'a stream was deleted',
      () => withClient((client) => client.deleteStream(accountStream(ANNA), { credentials })),
    ],
    [
      'a stream was tombstoned',
      () => withClient((client) => client.tombstoneStream(accountStream(ANNA), { credentials })),
    ],
    [
      'a stream was truncated',
      () =>
        withClient((client) =>
          client.setStreamMetadata(accountStream(BO), { truncateBefore: 4 }, { credentials }),
        ),
    ],
    [
      'a record is no event',
      async () => {
        const [record] = server.log.streamOf(accountStream(ANNA)).slice(4);
        Object.assign(record ?? {}, { meta: new Uint8Array(3) });
      },
    ],
  ];

  it.each(DAMAGES)('prints what it always has: %s', async (title, damage) => {
    await damage();
    const printed = await print(server.connectionString, 'verify');
    expect(printed).toEqual(GOLDEN[`eventstoredb: ${title}`]);
  });
});
