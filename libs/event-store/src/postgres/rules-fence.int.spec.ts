import pg from 'pg';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { openPostgresEventStore } from './open-event-store.js';
import { appendCall } from './append-call.js';
import type { PostgresEventStore } from './postgres-event-store.js';
import { NO_STREAM } from '../port.js';
import { freshDatabase, queryAsOwner, type Database } from '../testing/fresh-database.js';
import { StreamWriter } from '../testing/stream-writer.js';

const [, SETTINGS_STREAM = ''] = LEDGER_STREAM_PREFIXES;
const LONG_AGO = '0001-01-01T00:00:00.000Z';
const IN_A_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();

let database: Database;
let store: PostgresEventStore;
let client: pg.Client;
beforeEach(async () => {
  database = await freshDatabase();
  store = await openPostgresEventStore(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('set role points_ledger_writer');
});
afterEach(async () => {
  await client.end();
  await store.close();
  await database.drop();
});

const settingsWriter = () => new StreamWriter(SETTINGS_STREAM);

async function publish(
  writer: StreamWriter,
  { rules, from, at = new Date().toISOString() }: { rules: number; from: string; at?: string },
) {
  const events = writer.next(1, () => JSON.stringify({ rules, from, at }));
  const result = await store.append(writer.stream, writer.revision, events);
  writer.advance(events);
  return result;
}

/** An append of one event to a stream of its own. */
function nextCall(rulesKnown?: number): pg.QueryConfig {
  const { stream } = new StreamWriter();
  const events = new StreamWriter(stream).next();
  const { text, values } = appendCall([{ stream, expected: NO_STREAM, events }], rulesKnown);
  return { text, values: values ?? [] };
}

const newCall = (rulesKnown: number) => client.query(nextCall(rulesKnown));

/** As builds from before the settings send it. */
const oldCall = () =>
  client.query({
    text: 'select base, answers from event_store.append($1, $2, $3, $4, $5, $6, $7, $8)',
    values: nextCall().values?.slice(1) ?? [],
  });

describe('The fence of rules', () => {
  it('lets older builds append while no settings, or settings of rules 1, are published', async () => {
    await expect(oldCall()).resolves.toMatchObject({ rows: [{ base: '0' }] });
    await publish(settingsWriter(), { rules: 1, from: LONG_AGO });
    await expect(oldCall()).resolves.toMatchObject({ rows: [{ base: '2' }] });
  });

  it('answers an older build that it is too old as soon as rules 2 are published', async () => {
    const settings = settingsWriter();
    await publish(settings, { rules: 1, from: LONG_AGO });
    await publish(settings, { rules: 2, from: IN_A_YEAR });
    await expect(oldCall()).rejects.toMatchObject({
      code: '22023',
      message: 'this build is too old: it knows no settings, and rules 2 were published',
    });
    await expect(newCall(2)).resolves.toMatchObject({ rows: [{ base: '2' }] });
  });

  it('stops a build that knows settings where rules that it does not know are in force', async () => {
    const settings = settingsWriter();
    await publish(settings, { rules: 2, from: LONG_AGO });
    await publish(settings, { rules: 3, from: IN_A_YEAR });
    await expect(newCall(2)).resolves.toBeDefined();
    await publish(settings, { rules: 4, from: LONG_AGO });
    await expect(newCall(2)).rejects.toThrow(
      'this build is too old: it knows rules 2, and rules 4 are in force',
    );
    const old = await openPostgresEventStore(database.url, { rulesKnown: 3 });
    const writer = new StreamWriter();
    await expect(old.append(writer.stream, NO_STREAM, writer.next())).rejects.toMatchObject({
      name: 'PermanentStoreError',
      code: 'misconfigured',
      message: expect.stringContaining('this build is too old') as string,
    });
    await old.close();
  });

  it('rejects settings that are written long after the moment that they name, and nothing else', async () => {
    const settings = settingsWriter();
    const longAgo = new Date(Date.now() - 20_000).toISOString();
    await publish(settings, { rules: 1, from: LONG_AGO, at: longAgo });
    const other = new StreamWriter();
    const late = settings.next(1, () => JSON.stringify({ rules: 1, from: IN_A_YEAR, at: longAgo }));
    const [rejected, written] = await Promise.allSettled([
      store.append(settings.stream, settings.revision, late),
      store.append(other.stream, NO_STREAM, other.next()),
    ]);
    expect(rejected).toMatchObject({ reason: { code: 'invalid-event' } });
    expect(written).toMatchObject({ value: { kind: 'ok' } });
    await publish(settings, { rules: 2, from: IN_A_YEAR });
  });

  it('gives the writer no way around it', async () => {
    const parameters = 'null::int[], null, null, null, null, null, null, null';
    for (const sql of [
      `select event_store.write_appends(${parameters})`,
      'insert into event_store.rules_published values (3, now())',
      'delete from event_store.rules_published',
    ]) {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    const rows = await queryAsOwner(database.url, 'select number from event_store.rules_published');
    expect(rows).toEqual([]);
  });
});
