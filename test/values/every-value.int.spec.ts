import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { TABLES_NAME, openStores, type Stores } from '#platform';
import { AccountCommandProcessor } from '#commands';
import {
  accountBalance,
  accountBatches,
  accountState,
  commandMessage,
  eventsPage,
  parseWith,
  parseOutcome,
  toOutcome,
  transactionStory,
  transactionsPage,
  usageByDayAndSourceType,
} from '#contracts';
import type { Position } from '#event-store';
import { deserializeEvent, serializeEvent, type EventType, type RulesNumber } from '#ledger';
import { PostgresReadTables, PostgresTableWriter } from '#read-model';
import { MemoryReadTables } from '#read-model/testing';
import { createLog } from '#platform/process';
import { allowAnySender } from '#senders';
import { createTestDatabase, type TestDatabase } from '#testing';
import { openTestApi, read, type TestApi } from '../../apps/api/src/testing/api-fixture.js';
import { runProgram } from '../../apps/audit/src/testing/run-program.js';
import { readCommandMessage } from '../../apps/intake/src/command-message.js';
import { Rebuild } from '#projection';
import { VersionWriter, fixedSettings } from '#settings/testing';
import {
  formatPoints,
  formatSeconds,
  formatSignedPoints,
} from '../../apps/web/src/format/points.js';
import { daysUntil, formatLocalDay, formatLocalTime } from '../../apps/web/src/format/time.js';
import { anyLife, bodiesOfRules1, type SentCommand } from './extreme-commands.js';
import {
  EXTREME_BUSINESSES,
  bodiesOfRules2,
  debtAndReversal,
} from './extreme-commands-of-rules-2.js';
import { everythingOf } from './everything-of.js';

// Many accounts are created and audited, on a machine that may be busy.
jest.setTimeout(300_000);

const LIVES = 80;
const EVENTS_OF_RULES_1: readonly EventType[] = [
  ...(['PointsRecharged', 'PointsConsumed', 'ConsumptionSettled', 'PointsRefunded'] as const),
  ...(['PointsExpired', 'CommandRefused'] as const),
];
const EVENTS_OF_RULES_2: readonly EventType[] = [
  ...EVENTS_OF_RULES_1,
  ...(['ConsumptionExtended', 'RechargeReversed', 'RechargeReinstated'] as const),
  ...(['DebtCollected', 'DebtForgiven'] as const),
];
const KINDS = [
  {
    rules: 1,
    anyLifeOf: (user: string) => anyLife(user, bodiesOfRules1),
    types: EVENTS_OF_RULES_1,
    settings: { rules: 1 },
  },
  {
    rules: 2,
    anyLifeOf: (user: string) => anyLife(user, bodiesOfRules2, debtAndReversal),
    types: EVENTS_OF_RULES_2,
    settings: {
      rules: 2,
      businesses: EXTREME_BUSINESSES,
      // A debt as large as its column can hold.
      policy: { owedMax: 2_000_000_000 },
    },
  },
] as const;
const NO_USER = '00000000-0000-4000-8000-000000000000';
const NOW_MS = Date.parse('9999-12-31T00:00:00.000Z');

describe.each(KINDS)('Every value that the schemas of rules $rules accept', (kind) => {
  const rules: RulesNumber = kind.rules;
  let database: TestDatabase;
  let url: string;
  let dir: string;
  let stores: Stores;
  let processor: AccountCommandProcessor;
  let writer: PostgresTableWriter;
  let api: TestApi;
  const memory = new MemoryReadTables();
  const users: string[] = [];
  /** The number of events of each type, because histories of refusals alone would prove nothing. */
  const seen = new Map<string, number>();

  beforeAll(async () => {
    database = await createTestDatabase('every_value');
    dir = mkdtempSync(join(tmpdir(), 'points-values-'));
    // In a time zone other than UTC Postgres formats times of the first and the last year unusually.
    const pool = await database.emptyPool();
    const address = new URL(pool.options.connectionString ?? '');
    url = address.href;
    await pool.query(
      `alter database "${address.pathname.slice(1)}" set timezone = 'Asia/Shanghai'`,
    );
    await database.endPools();
    const log = createLog({ app: 'api', level: 'silent' });
    stores = await openStores({ EVENT_STORE: url, DATABASE_URL: url }, log);
    const settings = fixedSettings(await new VersionWriter(stores.events).write(kind.settings));
    processor = new AccountCommandProcessor({ store: stores.events, settings });
    writer = tableWriter(1);
    const tables = Object.assign(new PostgresReadTables(stores.pool, TABLES_NAME), {
      checkpoint: writer.checkpoint.bind(writer),
      write: writer.write.bind(writer),
      writeWithParking: writer.writeWithParking.bind(writer),
      waitForCapacity: writer.waitForCapacity.bind(writer),
    });
    api = await openTestApi({ store: stores.events, tables, commandProcessor: processor });
  });

  afterAll(async () => {
    await api.close();
    await stores.close();
    await database.drop();
    rmSync(dir, { recursive: true });
  });

  const tableWriter = (version: number): PostgresTableWriter =>
    new PostgresTableWriter(stores.pool, { name: TABLES_NAME, version });

  /** Executes a command as over Kafka, from bytes through the parser to the command processor. */
  async function send({ body, id, source, traceparent, timestampMs }: SentCommand): Promise<void> {
    const { key, value, headers } = commandMessage(body, { id, source, traceparent });
    const message = {
      ...{ topic: 'points.commands', partition: 0, offset: '9223372036854775807', timestampMs },
      ...{ key: Buffer.from(key), value: Buffer.from(value), headers },
    };
    const sent = readCommandMessage(message, { nowMs: NOW_MS, rules, senders: allowAnySender() });
    if (sent.kind !== 'command')
      throw new Error(`the parser rejects ${body.type}: ${JSON.stringify(sent)}`);
    const { answer, position } = await processor.run(sent.command, sent.origin);
    const outcome: unknown = JSON.parse(JSON.stringify(toOutcome(sent.command, answer, position)));
    expect(parseOutcome(outcome)).toMatchObject({ ok: true });
  }

  /** Projects events into both kinds of tables, in transactions of arbitrary sizes. */
  async function project(size: number): Promise<void> {
    let after: Position | null = (await writer.checkpoint())?.position ?? null;
    const { events } = await stores.events.readAll(after, 100_000);
    for (let from = 0; from < events.length; from += size) {
      const slice = events.slice(from, from + size);
      const next = slice.at(-1)?.position;
      if (next === undefined) return;
      const batch = { events: slice, next };
      expect(await writer.write(after, batch)).toMatchObject({ kind: 'applied' });
      expect(await memory.write(after, batch)).toMatchObject({ kind: 'applied' });
      after = next;
    }
  }

  it('is stored, written to the tables, read back unchanged, and shown', async () => {
    await fc.assert(
      fc.asyncProperty(
        kind.anyLifeOf(NO_USER),
        fc.constantFrom(1, 2, 5, 1_000),
        async (life, size) => {
          const userId = randomUUID();
          users.push(userId);
          for (const sent of life) {
            const data = { ...sent.body.data, user_id: userId };
            await send({ ...sent, body: { ...sent.body, data } as SentCommand['body'] });
          }
          await project(size);
          await isStoredAsItWas(userId);
          const tables = new PostgresReadTables(stores.pool, TABLES_NAME);
          expect(await everythingOf(tables, userId)).toEqual(await everythingOf(memory, userId));
          await isShown(userId);
        },
      ),
      // Each run has its own user, because shrinking a failed history needs a new account.
      { numRuns: LIVES, endOnFailure: true },
    );
    for (const type of kind.types) expect([type, (seen.get(type) ?? 0) > 3]).toEqual([type, true]);
  });

  async function isStoredAsItWas(userId: string): Promise<void> {
    for await (const stored of stores.events.readStream(`points-${userId}`)) {
      const { event, provenance } = deserializeEvent(stored);
      seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
      const { type, data, meta } = stored;
      expect(serializeEvent(event, provenance)).toEqual({ type, data, meta });
    }
  }

  /** Checks the answers of the API against their schemas, and the rendering of the page. */
  async function isShown(userId: string): Promise<void> {
    const own = `/v1/users/${userId}`;
    const answer = async <T>(
      path: string,
      schema: Parameters<typeof parseWith<T>>[0],
    ): Promise<T> => {
      const response = await read(api, `${own}/${path}`);
      expect([path, response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual(
        [path, 200, ''],
      );
      const parsed = parseWith(schema, response.json());
      if (!parsed.ok) throw new Error(`${path}: ${JSON.stringify(parsed.errors)}`);
      return parsed.value;
    };
    const { items } = await answer('transactions?limit=100', transactionsPage);
    await answer('balance', accountBalance);
    await answer('balance?at=9999-12-31T23:59:59.999Z', accountBalance);
    await answer('events?limit=100', eventsPage);
    await answer('state', accountState);
    await answer('usage?group_by=day,source_type&tz=UTC', usageByDayAndSourceType);
    for (const row of items.slice(0, 5)) await answer(`transactions/${row.id}`, transactionStory);
    const batches = await answer('batches', accountBatches);
    const csv = await read(api, `${own}/transactions.csv`);
    expect(csv.statusCode).toBe(200);
    expect(csv.body.split('\r\n')).toHaveLength(items.length + 2);
    const shown = [
      ...items.flatMap((row) => [
        ...[
          formatLocalTime(row.created_at),
          formatLocalTime(row.updated_at),
          formatSeconds(row.duration),
        ],
        ...[formatSignedPoints(row.type, row.amount), formatPoints(row.balance_after)],
      ]),
      ...batches.items.flatMap(({ expires_at: at }) =>
        at === null ? [] : [formatLocalDay(at), String(daysUntil(at, Date.now()))],
      ),
    ];
    expect(shown.filter((text) => /NaN|Invalid|undefined/.test(text))).toEqual([]);
  }

  it('is the same after a rebuild', async () => {
    const parts = { store: stores.events, pool: stores.pool, name: TABLES_NAME, observer: {} };
    const never = new AbortController().signal;
    expect(await new Rebuild(parts).run({ acceptDifferences: false }, never)).toMatchObject({
      kind: 'switched',
    });
    const tables = new PostgresReadTables(stores.pool, TABLES_NAME);
    for (const userId of users) {
      expect(await everythingOf(tables, userId)).toEqual(await everythingOf(memory, userId));
    }
  });

  const audit = async (...args: string[]): Promise<string> => {
    const { status, out, err } = await runProgram({ EVENT_STORE: url, DATABASE_URL: url }, ...args);
    expect([args[0], status, err, status === 0 ? '' : out]).toEqual([args[0], 0, '', '']);
    return out;
  };

  it('is verified by the auditor without findings', async () => {
    await audit('verify');
    await audit('diff');
  });

  it('can be exported, replayed and proved by the auditor', async () => {
    for (const what of ['events', 'statement']) {
      const lines = (await audit('export', '--all', '--what', what)).trimEnd().split('\n');
      const csv = await audit('export', '--all', '--what', what, '--format', 'csv');
      expect(csv.trimEnd().split('\r\n')).toHaveLength(lines.length + 1);
      for (const line of lines) JSON.parse(line);
    }
    const keys = join(dir, 'key');
    await audit('anchor', '--new-key', keys);
    const anchor = join(dir, 'anchor.txt');
    await audit('anchor', '--key', keys, '--out', anchor);
    for (const [nth, user] of users.slice(0, 20).entries()) {
      await audit('replay', '--user', user);
      JSON.parse(await audit('replay', '--user', user, '--json'));
      const proof = join(dir, `proof-${nth}.jsonl`);
      await audit('prove', '--user', user, '--anchor', anchor, '--out', proof);
      await audit('check', proof, '--key', `${keys}.pub`);
    }
  });
});
