import pg from 'pg';
import type { AppendResult, EventStore } from '#event-store';
import { accountStream } from '#identity';
import { SettingsReader } from '#settings';
import { eventuallyHolds } from '#testing';
import { termsOf } from '../commands/import-session.js';
import { stateOf } from '../freeze/account-states.js';
import { currentTakeOver } from '../ledger/current-take-over.js';
import type { ImportSession } from '../ledger/append-bodies.js';
import { findTables } from '../source/old-tables.js';
import { TakeOverWorld } from '../testing/take-over-world.js';
import { openAccount, type OpenResult } from './open-account.js';
import { releaseAccount, type ReleaseResult } from './release-account.js';

// An importer that dies at any of its steps, or whose answers are lost, and one that comes after it.

/** Every other one is without a fault: one for each step at which an importer dies. */
const ACCOUNTS = 120;

let world: TakeOverWorld;
let clients: pg.Client[];
beforeEach(async () => {
  world = await TakeOverWorld.make(ACCOUNTS);
  clients = [];
  await world.begin();
  await world.prepare();
});
afterEach(async () => {
  for (const client of clients) await client.end();
  await world.drop();
});

/** Everything that an importer says to others goes through `step`, which may throw. */
interface Importer {
  readonly client: pg.Client;
  readonly session: ImportSession;
  readonly open: (user: string) => Promise<OpenResult>;
}

async function importer(
  step: (what: 'query' | 'append' | 'appended') => Promise<void> | void,
): Promise<Importer> {
  const client = new pg.Client({ connectionString: world.old });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  const store = Object.assign(Object.create(world.store) as EventStore, {
    append: async (...args: Parameters<EventStore['append']>): Promise<AppendResult> => {
      await step('append');
      const result = await world.store.append(...args);
      await step('appended');
      return result;
    },
    readStream: world.store.readStream.bind(world.store),
  });
  const { mapping, mapDigest, importId } = await currentTakeOver(world.store);
  const tables = await findTables(client, mapping);
  const settings = new SettingsReader({ store: world.store });
  const ledger = { store, settings };
  const session = { ledger, importId, mapDigest, by: 'spec', from: 'old', correlation: 'spec' };
  const stepping = new Proxy(client, {
    get: (target, name) =>
      name === 'query'
        ? async (...args: Parameters<pg.Client['query']>) => {
            await step('query');
            return target.query(...args) as unknown;
          }
        : (Reflect.get(target, name) as unknown),
  });
  const open = (user: string): Promise<OpenResult> =>
    openAccount(stepping, tables, session, user, {
      waitMsMax: 30_000,
      frozenBy: 'trigger',
      termsAt: async (at) => termsOf(mapping, (await settings.inForceAt(at)).settings, at),
    });
  return { client: stepping, session, open };
}

const wellBehaved = (): Promise<Importer> => importer(() => undefined);

async function openings(user: string): Promise<number> {
  let count = 0;
  for await (const { type } of world.store.readStream(accountStream(user))) {
    if (type === 'AccountOpened') count += 1;
  }
  return count;
}

/** Opens an account by an importer that dies at a step. False: it was done before. */
async function openUntilKilledAt(user: string, step: number): Promise<boolean> {
  let steps = 0;
  const dying = await importer(() => {
    steps += 1;
    if (steps >= step) throw new Error('killed');
  });
  const end = await dying.open(user).catch((error: unknown) => error);
  // What a process leaves that is gone: its connection ends, and with it its transaction.
  await clients.pop()?.end();
  if (steps >= step) return true;
  expect(end).toMatchObject({ kind: 'opened' });
  return false;
}

it('opens an account once, wherever the importer before it died', async () => {
  let step = 0;
  for (const { raw } of world.faultless) {
    step += 1;
    const isKilled = await openUntilKilledAt(raw.userId, step);
    const next = await wellBehaved();
    const result = await next.open(raw.userId);
    expect(['opened', 'opened before']).toContain(result.kind);
    expect(await openings(raw.userId)).toBe(1);
    expect(await stateOf(next.client, raw.userId)).toMatchObject({ state: 'moved' });
    for (const client of clients.splice(0)) await client.end();
    if (!isKilled) return;
  }
  throw new Error(`it takes more than ${step} steps to open an account`);
});

it('opens an account once, where no append is answered', async () => {
  const [account] = world.faultless;
  const user = account?.raw.userId ?? '';
  let lost = 0;
  const unanswered = await importer((what) => {
    if (what !== 'appended' || lost === 3) return;
    lost += 1;
    throw new Error('the answer is lost');
  });
  expect(await unanswered.open(user)).toMatchObject({ kind: 'opened' });
  expect(lost).toBe(3);
  expect(await openings(user)).toBe(1);
});

it('leaves an account alone that another one released before it was locked', async () => {
  const [account] = world.faultless;
  const user = account?.raw.userId ?? '';
  const other = await wellBehaved();
  let isReleased = false;
  const late = await importer(async (what) => {
    if (isReleased || what !== 'query') return;
    if ((await stateOf(other.client, user))?.state !== 'frozen') return;
    isReleased = true;
    expect(await releaseAccount(other.client, other.session, user)).toBe('free');
  });
  expect(await late.open(user)).toEqual({ kind: 'busy' });
  expect([isReleased, await openings(user)]).toEqual([true, 0]);
  expect(await stateOf(other.client, user)).toMatchObject({ state: 'free' });
});

it('comes to nothing where the account was released meanwhile', async () => {
  const [account] = world.faultless;
  const user = account?.raw.userId ?? '';
  const other = await wellBehaved();
  let isFenced = false;
  // The connection of a process that hangs is ended by the server; what it sent to the store is on its way.
  const hanging = await importer(async (what) => {
    if (what !== 'append' || isFenced) return;
    isFenced = true;
    await world.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and state = 'idle in transaction'`,
    );
    expect(await releaseAccount(other.client, other.session, user)).toBe('free');
  });
  await expect(hanging.open(user)).rejects.toThrow();
  clients = clients.filter((client) => client !== hanging.client);
  expect(await openings(user)).toBe(0);
  expect(await stateOf(other.client, user)).toMatchObject({ state: 'free' });
});

it('is not released by one who waited for an opening that came about', async () => {
  const [account] = world.faultless;
  const user = account?.raw.userId ?? '';
  const other = await wellBehaved();
  const releases: Promise<ReleaseResult>[] = [];
  const opening = await importer(async (what) => {
    if (what !== 'append' || releases.length > 0) return;
    releases.push(releaseAccount(other.client, other.session, user));
    await eventuallyHolds('the release waits', () => isWaiting(other.client));
  });
  expect(await opening.open(user)).toMatchObject({ kind: 'opened' });
  expect(await Promise.all(releases)).toEqual(['opened']);
  expect(await openings(user)).toBe(1);
  expect(await stateOf(other.client, user)).toMatchObject({ state: 'moved' });
});

async function isWaiting(client: pg.Client): Promise<boolean> {
  const { rows } = await world.pool.query<{ waits: boolean }>(
    "select wait_event_type = 'Lock' as waits from pg_stat_activity where pid = $1",
    [(client as unknown as { readonly processID: number }).processID],
  );
  return rows[0]?.waits ?? false;
}
