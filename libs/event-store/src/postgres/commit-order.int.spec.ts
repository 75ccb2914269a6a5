import pg from 'pg';
import { NO_STREAM, type EventStore } from '../port.js';
import {
  eventually,
  startFollowing,
  idsOf,
  newStream,
  seededNumbers,
  StreamWriter,
} from '../testing/stream-writer.js';
import { queryAsOwner, freshDatabase, type Database } from '../testing/fresh-database.js';
import { openPostgresEventStore } from './open-event-store.js';
import {
  expectDensePositions,
  expectStored,
  appendUntilKnown,
  appendMany,
} from '../testing/append-until-known.js';

const WRITERS = 12;
const APPENDS_EACH = 40;

let database: Database;
const stores: EventStore[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  for (let i = 0; i < WRITERS; i += 1) {
    stores.push(
      await openPostgresEventStore(database.url, { concurrentBatches: 1, readersMax: 2 }),
    );
  }
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await database.drop();
});

/** Every store writes its own stream. One follower must receive each event once. */
async function writeAlongside(): Promise<void> {
  const reader = stores[0];
  if (reader === undefined) throw new Error('no store');
  const before = await reader.head();
  const writers = stores.map(() => new StreamWriter());
  const streams = new RegExp(writers.map((w) => w.stream).join('|'));
  const follower = startFollowing(reader, before, streams);
  const written = await Promise.all(
    writers.map((writer, i) => appendMany(stores[i] ?? reader, writer, APPENDS_EACH)),
  );
  const acknowledged = written.flatMap((w) => w.acknowledged);
  await eventually('all events were followed', () => follower.events.length >= acknowledged.length);
  await follower.end();
  const followed = idsOf(follower.events);
  const missed = acknowledged.filter((id) => !followed.includes(id));
  expect({ missed, twice: followed.length - new Set(followed).size }).toEqual({
    missed: [],
    twice: 0,
  });
  for (const [i, writer] of writers.entries()) {
    await expectStored(reader, writer, written[i]?.acknowledged ?? []);
  }
  await expectDensePositions(reader);
}

describe('Events of 12 concurrent writers', () => {
  it('are delivered once and in order when some transactions commit late', async () => {
    // If positions were not serialised, a writer with a later one would overtake one that sleeps here.
    await queryAsOwner(
      database.url,
      `create function public.commit_late() returns trigger language plpgsql as $$
       begin
         if random() < 0.3 then perform pg_sleep(random() * 0.02); end if;
         return null;
       end $$;
       create trigger commit_late after insert on event_store.events
         for each statement execute function public.commit_late()`,
    );
    await writeAlongside();
    await queryAsOwner(database.url, 'drop trigger commit_late on event_store.events');
  });

  it('are delivered at once while another transaction stays open', async () => {
    const other = await freshDatabase();
    const idlers = [database.url, other.url].map((url) => new pg.Client({ connectionString: url }));
    for (const idler of idlers) {
      await idler.connect();
      await idler.query('begin; create table idle (it int); insert into idle values (1)');
    }
    await writeAlongside();
    for (const idler of idlers) await idler.end();
    await other.drop();
  });
});

describe('Writers with stale or wrong revisions', () => {
  it('cannot damage a stream', async () => {
    const seed = Number(process.env['TEST_SEED'] ?? 41);
    const streams = [newStream(), newStream(), newStream(), newStream()];
    // Only the writer that owns a stream knows its revision. A stale writer uses an earlier one.
    const owners = streams.map((stream) => new StreamWriter(stream));
    const acknowledged = streams.map((): string[] => []);
    await Promise.all(
      owners.map(async (owner, s) => {
        const random = seededNumbers(seed + s);
        const store = stores[s] ?? stores[0];
        const rival = stores[s + 4] ?? stores[0];
        if (store === undefined || rival === undefined) throw new Error('no store');
        for (let i = 0; i < 150; i += 1) {
          const events = owner.next(1 + Math.floor(random() * 3));
          const stale = new StreamWriter(owner.stream);
          stale.revision = random() < 0.5 ? NO_STREAM : owner.revision + 1000;
          const beside =
            random() < 0.05 && owner.revision >= 0
              ? rival.append(owner.stream, stale.revision, stale.next())
              : null;
          const { result } = await appendUntilKnown(store, owner, events);
          expect(result).toMatchObject({ kind: 'ok' });
          if (beside !== null) expect((await beside).kind).toBe('conflict');
          if (random() < 0.2) {
            const again = await rival.append(owner.stream, owner.revision, events);
            expect(again).toEqual(result);
          }
          owner.advance(events);
          acknowledged[s]?.push(...idsOf(events));
        }
      }),
    );
    const [reader] = stores;
    if (reader === undefined) throw new Error('no store');
    for (const [s, owner] of owners.entries())
      await expectStored(reader, owner, acknowledged[s] ?? []);
    await expectDensePositions(reader);
  });
});
