import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startEmbeddedPostgres, type EmbeddedPostgres } from '#embedded';
import type { EventStore } from '../port.js';
import { eventually, startFollowing, idsOf, StreamWriter } from '../testing/stream-writer.js';
import { queryAsOwner } from '../testing/fresh-database.js';
import type { PostgresObserver, PostgresOptions } from './options.js';
import { openPostgresEventStore } from './open-event-store.js';
import { expectDensePositions, expectStored, appendMany } from '../testing/append-until-known.js';

const WRITERS = 12;
const APPENDS_AT_A_TIME = 20;

let home: string;
let port: number;
let server: EmbeddedPostgres;
let store: EventStore;
let failures = 0;

const start = () =>
  startEmbeddedPostgres({
    dataDir: join(home, 'data'),
    port,
    settings: { fsync: 'off' },
  });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'points-ledger-pg-'));
  await chmod(home, 0o755);
  port = await freePort();
  server = await start();
  const options: PostgresOptions = {
    backoffMsMin: 5,
    backoffMsMax: 100,
    connectMsMax: 500,
    callMsMax: 700,
    appendMsMax: 20_000,
  };
  const countFailure = () => void (failures += 1);
  const observer: PostgresObserver = { appendsUnknown: countFailure, callRetried: countFailure };
  store = await openPostgresEventStore(server.url, options, observer);
});
afterAll(async () => {
  await store.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function writeUntil(over: () => boolean, writer: StreamWriter): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let last = false; !last;) {
    last = over();
    acknowledged.push(...(await appendMany(store, writer, APPENDS_AT_A_TIME)).acknowledged);
  }
  return acknowledged;
}

/** Causes the outage while appends are in progress, and checks that nothing was lost. */
async function amidAppends(outage: () => Promise<void>): Promise<void> {
  const before = await store.head();
  const writers = Array.from({ length: WRITERS }, () => new StreamWriter());
  const streams = new RegExp(writers.map((w) => w.stream).join('|'));
  const follower = startFollowing(store, before, streams);
  failures = 0;
  let over = false;
  const writing = Promise.all(writers.map((writer) => writeUntil(() => over, writer)));
  await eventually('some appends were written', () => follower.events.length > 50);
  await outage();
  await eventually('an append failed', () => failures > 0);
  over = true;
  const written = await writing;
  for (const [i, writer] of writers.entries()) await expectStored(store, writer, written[i] ?? []);
  const count = written.flat().length;
  await eventually('all events were followed', () => follower.events.length >= count);
  await follower.end();
  expect(new Set(idsOf(follower.events)).size).toBe(follower.events.length);
  expect(follower.events).toHaveLength(count);
  await expectDensePositions(store);
}

describe('Postgres under 12 writers and a follower stores exactly once what it acknowledged,', () => {
  it('when its backends are terminated', async () => {
    await amidAppends(async () => {
      for (let i = 0; i < 5; i += 1) {
        await queryAsOwner(
          server.url,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'points-ledger event store'`,
        );
      }
    });
  });

  it('when it is restarted', async () => {
    await amidAppends(async () => {
      await server.stop();
      server = await start();
    });
  });

  it('when it is killed with SIGKILL', async () => {
    await amidAppends(async () => {
      server.kill('SIGKILL');
      await server.ended;
      server = await start();
    });
  });

  it('when it stalls for longer than the timeout of a call', async () => {
    await amidAppends(async () => {
      const backends = await queryAsOwner(
        server.url,
        `select pid from pg_stat_activity where application_name = 'points-ledger event store'`,
      );
      const pids = backends.map((row) => Number(row['pid']));
      for (const pid of [server.pid, ...pids]) process.kill(pid, 'SIGSTOP');
      await eventually('a call is out of time', () => failures > 0);
      for (const pid of [...pids, server.pid]) process.kill(pid, 'SIGCONT');
    });
  });
});
