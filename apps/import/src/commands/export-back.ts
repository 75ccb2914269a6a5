import type { Command } from 'commander';
import type pg from 'pg';
import { Progress, formatNumber, print } from '#terminal';
import { readHistory } from '../accounts/account-history.js';
import { handBack, type HandBackResult } from '../accounts/hand-back.js';
import { prepareRehearsal, rehearseBack } from '../accounts/rehearse-back.js';
import { CannotImportError } from '../errors.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables } from '../source/old-tables.js';
import { chooseUsers, type UserOptions } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withLastSession, type OpenSession, type SessionOptions } from './import-session.js';
import { withUserOptions } from './open.js';

interface Options extends SessionOptions, UserOptions {
  readonly handBack?: boolean;
  readonly into?: string;
}

export function addExportBackCommand(program: Command, toAction: ToAction): void {
  withUserOptions(program.command('export-back'))
    .summary('give accounts back to the old service, with everything since')
    .description(
      'Prints the rows that were made here since accounts were opened, as JSON, one per line. With --into ' +
        'it writes their rows and batches as they would be given back into tables of the old shape in ' +
        'another schema there: a rehearsal, which takes ids of the old sequences and changes nothing else. ' +
        'With --hand-back it ends each account here, and then writes its rows and batches there and frees ' +
        'it, in one transaction. What is open is consumed there, and what is owed is reported: the old ' +
        'service knows neither.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--by <name>', 'who gives back')
    .option('--into <schema>', 'only write copies, into this schema of the old database')
    .option('--hand-back', 'end the accounts here, and free them there')
    .action(toAction(runExportBack));
}

async function runExportBack(context: CommandContext, options: Options): Promise<ExitStatus> {
  if (options.into !== undefined && options.handBack === true) {
    throw new CannotImportError('--into rehearses what --hand-back does: give one of them');
  }
  await withLastSession(context, options, (open) =>
    withOldDatabase(options.from, async (client) => {
      const users = await chooseUsers(context, options, client, 'moved');
      const write = await writerOf(client, open, options);
      if (write === null) return printRows(context, open, users);
      await writeAll(context, users, write);
    }),
  );
  return 0;
}

type Write = (userId: string) => Promise<HandBackResult>;

/** null: rows are only printed. */
async function writerOf(
  client: pg.Client,
  { session, takeOver, ledger }: OpenSession,
  { handBack: isHandedBack, into }: Options,
): Promise<Write | null> {
  if (into !== undefined) {
    const rehearsal = await prepareRehearsal(client, takeOver.mapping, into);
    return (user) => rehearseBack(client, rehearsal, ledger.store, user);
  }
  if (isHandedBack !== true) return null;
  const tables = await findTables(client, takeOver.mapping);
  return (user) => handBack(client, tables, takeOver.mapping, session, user);
}

async function printRows(
  { terminal }: CommandContext,
  { ledger }: OpenSession,
  users: readonly string[],
): Promise<void> {
  for (const user of users) {
    const { since } = await readHistory(ledger.store, user);
    for (const row of since?.rows ?? []) await print(terminal.out, `${JSON.stringify(row)}\n`);
  }
}

async function writeAll(
  { terminal }: CommandContext,
  users: readonly string[],
  write: Write,
): Promise<void> {
  let done = 0;
  const progress = new Progress(terminal, 'accounts', () => done);
  progress.setTotal(users.length);
  try {
    for (const user of users) {
      await print(terminal.out, lineOf(user, await write(user)));
      done += 1;
    }
  } finally {
    progress.end();
  }
}

const lineOf = (user: string, result: HandBackResult): string =>
  result.kind === 'written'
    ? `${user}: ${formatNumber(result.rows)} rows and ${formatNumber(result.balance)} points; ${formatNumber(result.held)} were held, ${formatNumber(result.owed)} are owed\n`
    : `${user} is not open here\n`;
