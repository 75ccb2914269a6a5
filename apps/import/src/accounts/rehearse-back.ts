import pg from 'pg';
import type { EventStore } from '#event-store';
import { rowsTable, type Mapping } from '#import';
import { CannotImportError } from '../errors.js';
import { READ_EXACTLY } from '../source/old-database.js';
import { findTables, type OldTable, type OldTables } from '../source/old-tables.js';
import { spellingsOf } from '../source/user-key.js';
import { readHistory } from './account-history.js';
import { writtenBack, type HandBackResult } from './hand-back.js';
import { writeBack } from './write-back.js';

/** The old tables, and empty ones of their shape in another schema. */
export interface Rehearsal {
  readonly old: OldTables;
  readonly copies: OldTables;
  readonly mapping: Mapping;
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** Makes empty tables of the shape of the old ones. Their ids come from the sequences of the old ones. */
export async function prepareRehearsal(
  client: pg.Client,
  mapping: Mapping,
  schema: string,
): Promise<Rehearsal> {
  if (!SCHEMA_NAME.test(schema)) {
    throw new CannotImportError('--into must be the name of a schema: a-z, 0-9 and _, at most 63');
  }
  const old = await findTables(client, mapping);
  // Jobs are of no use here.
  const { jobs, ...rest } = mapping;
  void jobs;
  const renamed: Mapping = {
    ...rest,
    rows: { table: `${schema}.${bareName(rowsTable(mapping))}` },
    ...(mapping.batches && {
      batches: { ...mapping.batches, table: `${schema}.${bareName(mapping.batches.table)}` },
    }),
  };
  await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
  await copyShape(client, old.rows, rowsTable(renamed), 'id');
  if (old.batches !== null && renamed.batches !== undefined) {
    await copyShape(client, old.batches, renamed.batches.table, renamed.batches.id);
  }
  return { old, copies: await findTables(client, renamed), mapping: renamed };
}

const bareName = (table: string): string => table.split('.').at(-1) ?? table;

async function copyShape(
  client: pg.Client,
  { name: from }: OldTable,
  table: string,
  id: string,
): Promise<void> {
  const name = table.split('.').map(pg.escapeIdentifier).join('.');
  const found = await client.query<{ is_taken: boolean; sequence: string | null }>(
    `select to_regclass($1) is not null as is_taken, pg_get_serial_sequence($2, $3) as sequence`,
    [name, from, id],
  );
  const { is_taken: isTaken = false, sequence = null } = found.rows[0] ?? {};
  if (isTaken) {
    throw new CannotImportError(`--into: there is a table ${table} already: name another schema`);
  }
  await client.query(
    `create table ${name} (like ${from} including defaults including constraints including indexes)`,
  );
  if (sequence === null) return;
  // An identity is no default that could be copied.
  await client.query(
    `alter table ${name} alter column ${pg.escapeIdentifier(id)}
     set default nextval(${pg.escapeLiteral(sequence)}::regclass)`,
  );
}

/** Writes an account as handing it back would, beside the old tables: nothing of them is changed. */
export async function rehearseBack(
  client: pg.Client,
  { old, copies, mapping }: Rehearsal,
  store: EventStore,
  userId: string,
): Promise<HandBackResult> {
  const { account, since } = await readHistory(store, userId);
  if (account.takeOver?.phase !== 'opened' || since === null) return { kind: 'not open here' };
  await client.query(`begin isolation level repeatable read; ${READ_EXACTLY}`);
  try {
    await copyRows(client, old.rows, copies.rows, userId);
    if (old.batches !== null && copies.batches !== null) {
      await copyRows(client, old.batches, copies.batches, userId);
    }
    await writeBack(client, copies, mapping, since);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return writtenBack(account, since);
}

const copyRows = (client: pg.Client, from: OldTable, to: OldTable, userId: string) =>
  client.query(`insert into ${to.name} select * from ${from.name} where ${from.ofUser}`, [
    spellingsOf(userId),
  ]);
