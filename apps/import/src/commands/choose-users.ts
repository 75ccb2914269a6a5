import { hash } from 'node:crypto';
import type pg from 'pg';
import { CannotImportError } from '../errors.js';
import { ACCOUNTS } from '../freeze/account-states.js';
import type { CommandContext } from './command-context.js';

export interface UserOptions {
  readonly all?: boolean;
  readonly share?: string;
  readonly users?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PERCENT = /^(\d{1,2}(?:\.\d{1,3})?|100)$/;

/** Exactly one of `--all`, `--share` and `--users` says who is meant. Of all accounts, those that moved or the others. */
export async function chooseUsers(
  { readFile }: CommandContext,
  { all, share, users }: UserOptions,
  client: pg.Client,
  which: 'moved' | 'not moved' = 'not moved',
): Promise<string[]> {
  if ([all, share, users].filter((option) => option !== undefined).length !== 1) {
    throw new CannotImportError('exactly one of --all, --share and --users must be given');
  }
  if (users !== undefined) return listed(readFile(users));
  const { rows } = await client.query<{ user_id: string }>(
    `select user_id::text from ${ACCOUNTS} where (state = 'moved') = $1 order by user_id`,
    [which === 'moved'],
  );
  const known = rows.map(({ user_id: user }) => user);
  if (share === undefined) return known;
  if (!PERCENT.test(share))
    throw new CannotImportError('--share must be a percentage, such as 1 or 12.5');
  return known.filter((user) => percentileOf(user) < Number(share));
}

function listed(text: string): string[] {
  const users = text.split(/\s+/).filter((one) => one !== '');
  const fault = users.find((user) => !UUID.test(user.toLowerCase()));
  if (fault !== undefined) throw new CannotImportError(`${fault} is no id of a user`);
  return [...new Set(users.map((user) => user.toLowerCase()))];
}

const WORD = 2 ** 32;

/** The same for each user every time, so that a larger share has all of the smaller one. */
const percentileOf = (user: string): number =>
  (Number.parseInt(hash('sha256', user, 'hex').slice(0, 8), 16) / WORD) * 100;
