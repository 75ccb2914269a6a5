import pg from 'pg';
import { READ_EXACTLY, rollBack } from '../source/old-database.js';

/** Where one account stands in the old database. Only a free one may be written there. */
export type AccountState = 'free' | 'frozen' | 'moved';

const SCHEMA = 'points_take_over';
export const ACCOUNTS = `${SCHEMA}.accounts`;
/** The name of the triggers, and the errors that they raise. */
const TRIGGER = 'points_take_over';
export const NOT_FREE = 'PL001';

/**
 * A table of ours in the old database, with a row for each account, and a trigger function that lets a
 * writer write an account only while it is free.
 *
 * The writer holds the account's row FOR SHARE until it commits, so that a freeze waits for it and for
 * nobody else. Without that lock a writer with an older snapshot, or one that has no transaction id yet,
 * would pass unseen. One that would have to see a newer state than its snapshot has gets an error of
 * Postgres (40001), and writes nothing.
 */
const DEFINITIONS = `
  create schema if not exists ${SCHEMA};
  create table if not exists ${ACCOUNTS} (
    user_id uuid primary key,
    state text not null default 'free' check (state in ('free', 'frozen', 'moved')),
    since timestamptz not null default clock_timestamp()
  );
  create or replace function ${SCHEMA}.hold(spelled text) returns void
    language plpgsql security definer set search_path = pg_catalog as $hold$
  declare
    digits text := translate(lower(spelled), '{}-', '');
    found_state text;
  begin
    -- Whoever is no UUID can't have an account here, and is none of our business.
    if digits is null or digits !~ '^[0-9a-f]{32}$' then
      return;
    end if;
    insert into ${ACCOUNTS} (user_id) values (digits::uuid) on conflict do nothing;
    select state into strict found_state from ${ACCOUNTS}
      where user_id = digits::uuid for share;
    if found_state <> 'free' then
      raise exception 'the points of user % are being taken over, or were', digits::uuid
        using errcode = '${NOT_FREE}',
          hint = 'send the command to the points ledger, or try again later';
    end if;
  end $hold$;
  create or replace function ${SCHEMA}.guard() returns trigger
    language plpgsql set search_path = pg_catalog as $guard$
  declare
    before text;
    after text;
  begin
    if tg_op = 'TRUNCATE' then
      if exists (select from ${ACCOUNTS} where state <> 'free') then
        raise exception 'points are being taken over: nothing may be truncated'
          using errcode = '${NOT_FREE}';
      end if;
      return null;
    end if;
    if tg_op <> 'INSERT' then
      before := to_jsonb(old) ->> tg_argv[0];
      perform ${SCHEMA}.hold(before);
    end if;
    if tg_op <> 'DELETE' then
      after := to_jsonb(new) ->> tg_argv[0];
      if after is distinct from before then
        perform ${SCHEMA}.hold(after);
      end if;
      return new;
    end if;
    return old;
  end $guard$;
  grant usage on schema ${SCHEMA} to public;
  grant execute on all functions in schema ${SCHEMA} to public;
  grant select on ${ACCOUNTS} to public`;

/** A table whose writers are held, and its column with the user. */
export interface GuardedTable {
  readonly name: string;
  readonly user: string;
}

/** Only what is missing is made: making a trigger waits for all writers of its table, and they for it. */
export async function makeGuards(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<void> {
  await client.query(`begin; set local lock_timeout = '2s'; ${DEFINITIONS}; commit`);
  for (const table of tables) {
    if (await isGuarded(client, table)) continue;
    const argument = pg.escapeLiteral(table.user);
    await client.query(`begin; set local lock_timeout = '2s';
      drop trigger if exists ${TRIGGER} on ${table.name};
      drop trigger if exists ${TRIGGER}_truncate on ${table.name};
      create trigger ${TRIGGER} before insert or update or delete on ${table.name}
        for each row execute function ${SCHEMA}.guard(${argument});
      create trigger ${TRIGGER}_truncate before truncate on ${table.name}
        for each statement execute function ${SCHEMA}.guard(${argument});
      alter table ${table.name} enable always trigger ${TRIGGER};
      alter table ${table.name} enable always trigger ${TRIGGER}_truncate;
      commit`);
  }
}

/** Tables that anybody may write, whatever the states of accounts. */
export async function unguardedTables(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<string[]> {
  const names: string[] = [];
  for (const table of tables) if (!(await isGuarded(client, table))) names.push(table.name);
  return names;
}

/** By triggers that look at that column, and that nobody turned off. */
async function isGuarded(client: pg.ClientBase, { name, user }: GuardedTable): Promise<boolean> {
  const { rows } = await client.query<{ guards: number }>(
    `select count(*)::int as guards from pg_trigger
     where tgrelid = $1::regclass and tgname in ('${TRIGGER}', '${TRIGGER}_truncate')
       and tgenabled = 'A' and tgargs = convert_to($2, 'UTF8') || '\\x00'::bytea`,
    [name, user],
  );
  return rows[0]?.guards === 2;
}

/** Adds every account that a table has. Those that come later are added by their own writers. */
export async function addAccounts(
  client: pg.ClientBase,
  tables: readonly GuardedTable[],
): Promise<number> {
  let added = 0;
  for (const { name, user } of tables) {
    const { rowCount } = await client.query(
      `insert into ${ACCOUNTS} (user_id)
       select distinct digits::uuid from (
         select translate(lower(${pg.escapeIdentifier(user)}::text), '{}-', '') as digits from ${name}
       ) spelled
       where digits ~ '^[0-9a-f]{32}$' on conflict do nothing`,
    );
    added += rowCount ?? 0;
  }
  return added;
}

const LOCK_NOT_AVAILABLE = '55P03';
const SERIALIZATION_FAILURE = '40001';

/** Since when an account is not free, by the clock of the old database. `wasFree`: it was until now. */
export interface Frozen {
  readonly since: string;
  readonly wasFree: boolean;
}

/**
 * Waits for the writers of this account alone, and lets none in after them; null: one of them takes too
 * long, and the account stays as it is.
 */
export async function freeze(
  client: pg.ClientBase,
  userId: string,
  waitMsMax: number,
): Promise<Frozen | null> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${Math.max(1, Math.trunc(waitMsMax))}`);
    const { rowCount } = await client.query(
      `insert into ${ACCOUNTS} (user_id, state) values ($1, 'frozen')
       on conflict (user_id) do update set state = 'frozen', since = clock_timestamp()
         where accounts.state = 'free'`,
      [userId],
    );
    await client.query('commit');
    const found = await stateOf(client, userId);
    return found && { since: found.since, wasFree: rowCount === 1 };
  } catch (error) {
    await rollBack(client);
    if (isLockedOut(error)) return null;
    throw error;
  }
}

export async function stateOf(
  client: pg.ClientBase,
  userId: string,
): Promise<{ readonly state: AccountState; readonly since: string } | null> {
  const { rows } = await client.query<{ state: AccountState; since: Date }>(
    `select state, since from ${ACCOUNTS} where user_id = $1`,
    [userId],
  );
  const [row] = rows;
  return row === undefined ? null : { state: row.state, since: row.since.toISOString() };
}

/**
 * Holds an account against every other importer, in a transaction whose snapshot is younger than the
 * freeze: whatever its writers committed is in it. Throws 40001 where another importer changed the state
 * meanwhile.
 */
export async function lockAccount(
  client: pg.ClientBase,
  userId: string,
): Promise<AccountState | null> {
  await client.query(`begin isolation level repeatable read; ${READ_EXACTLY}`);
  const { rows } = await client.query<{ state: AccountState }>(
    `select state from ${ACCOUNTS} where user_id = $1 for update`,
    [userId],
  );
  return rows[0]?.state ?? null;
}

/** Somebody held what was waited for too long. */
export const isLockedOut = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;

/** Another importer had the account that was waited for, and changed its state. */
export const isChangedMeanwhile = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === SERIALIZATION_FAILURE;

/** Within the transaction that has locked the account. */
export async function setState(
  client: pg.ClientBase,
  userId: string,
  state: AccountState,
): Promise<void> {
  await client.query(
    `update ${ACCOUNTS} set state = $2, since = clock_timestamp() where user_id = $1`,
    [userId, state],
  );
}
