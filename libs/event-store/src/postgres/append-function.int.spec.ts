import pg from 'pg';
import type { EventStore } from '../port.js';
import { collect, idsOf, StreamWriter } from '../testing/stream-writer.js';
import { answersOf, appendCall, type Append, type Appended } from './append-call.js';
import { freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
import { expectDensePositions } from '../testing/append-until-known.js';

let database: Database;
let store: EventStore;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  store = await openPostgresEventStore(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.close();
  await database.drop();
});

async function call(...appends: Append[]) {
  const { rows } = await client.query<Appended>(appendCall(appends));
  const [appended] = rows;
  if (appended === undefined) throw new Error('no row');
  return answersOf(appends, appended);
}

const kinds = async (...appends: Append[]) =>
  (await call(...appends)).map((a) => (a.kind === 'same-ids' ? 'repeat' : a.kind));

/** The next append of a writer, which assumes that it is written. */
function next(writer: StreamWriter, count = 1): Append {
  const append = { stream: writer.stream, expected: writer.revision, events: writer.next(count) };
  writer.advance(append.events);
  return append;
}

describe('One call of the append function', () => {
  it('writes appends of many streams in order', async () => {
    const writers = [new StreamWriter(), new StreamWriter(), new StreamWriter()];
    const base = await expectDensePositions(store);
    const answers = await call(...writers.map((writer, i) => next(writer, i + 1)));
    expect(answers).toEqual(
      [1, 3, 6].map((behind, i) => ({
        kind: 'ok',
        revision: i,
        position: `postgres:${String(base + behind).padStart(16, '0')}`,
      })),
    );
  });

  it('writes several appends of one stream when they follow each other', async () => {
    const writer = new StreamWriter();
    expect(await kinds(next(writer, 2), next(writer), next(writer, 3))).toEqual(['ok', 'ok', 'ok']);
    expect(await collect(store.readStream(writer.stream))).toHaveLength(6);
  });

  it('writes nothing of a stream after its first conflicting append, and all appends of other streams', async () => {
    const writer = new StreamWriter();
    await writer.append(store);
    const stale = new StreamWriter(writer.stream);
    const other = new StreamWriter();
    const behind = { stream: writer.stream, expected: 0, events: writer.next() };
    expect(await kinds(next(stale), behind, next(other))).toEqual(['conflict', 'conflict', 'ok']);
    expect(await collect(store.readStream(writer.stream))).toHaveLength(1);
    expect(await collect(store.readStream(other.stream))).toHaveLength(1);
  });

  it('writes the valid appends up to the first invalid one', async () => {
    const writer = new StreamWriter();
    const [first, second, third] = [next(writer), next(writer), next(writer)];
    expect(await kinds(first, third, second)).toEqual(['ok', 'conflict', 'conflict']);
    expect(idsOf(await collect(store.readStream(writer.stream)))).toEqual(idsOf(first.events));
    expect(await kinds(second, third)).toEqual(['ok', 'ok']);
  });

  it('answers repeats, and writes the appends after them', async () => {
    const writer = new StreamWriter();
    const [first, second] = [next(writer, 2), next(writer)];
    await call(first, second);
    const third = next(writer, 2);
    expect(await kinds(first, second, third)).toEqual(['repeat', 'repeat', 'ok']);
    expect(await collect(store.readStream(writer.stream))).toHaveLength(5);
  });

  it('returns the original position of a repeat', async () => {
    const writer = new StreamWriter();
    const append = next(writer, 2);
    const [first] = await call(append);
    await new StreamWriter().append(store);
    expect(await call(append)).toEqual([{ ...first, kind: 'same-ids' }]);
  });

  it('keeps positions dense, whatever was rejected', async () => {
    expect(await expectDensePositions(store)).toBeGreaterThan(20);
  });
});
