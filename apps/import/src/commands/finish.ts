import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type pg from 'pg';
import { SYSTEM_CLOCK } from '#async';
import { readRows } from '#import';
import { finishTakeOver } from '#settings';
import { formatNumber, print } from '#terminal';
import { CannotImportError } from '../errors.js';
import { freezeEverybody, letEverybodyBegin } from '../freeze/freeze-everybody.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables, type OldTables } from '../source/old-tables.js';
import { readAccount } from '../source/read-account.js';
import { chooseUsers } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type OpenSession, type SessionOptions } from './import-session.js';
import { ALONE, openAll } from './open.js';
import { guardedTables } from './prepare.js';

interface Options extends SessionOptions {
  readonly waitMs: string;
  readonly atOnce: string;
  readonly alone?: boolean;
}

export function addFinishCommand(program: Command, toAction: ToAction): void {
  program
    .command('finish')
    .summary('open whoever is left, and end the take-over')
    .description(
      'Freezes whoever is new under a lock of the old tables, so that nobody begins there any more, ' +
        'opens all who are left, and ends the take-over. Whoever needs a decision stays with the old ' +
        'service for ever, and is named with the points there: commands for them are answered NotTakenOver.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--by <name>', 'who finishes')
    .option('--wait-ms <ms>', 'how long the writers of an account are waited for', '10000')
    .option('--at-once <n>', 'how many accounts are opened at a time', '8')
    .option('--alone', ALONE)
    .action(toAction(runFinish));
}

async function runFinish(context: CommandContext, options: Options): Promise<ExitStatus> {
  const left = await withSession(context, options, (open) =>
    withOldDatabase(options.from, (client) => finish(context, options, open, client)),
  );
  const lines = left.map(
    ({ userId, points }) => `LEFT ${userId} with ${formatNumber(points)} points\n`,
  );
  await print(context.terminal.out, `The take-over is finished.\n${lines.join('')}`);
  return left.length === 0 ? 0 : 1;
}

interface AccountLeft {
  readonly userId: string;
  readonly points: number;
}

/** Returns who stays with the old service, with the points there. */
async function finish(
  context: CommandContext,
  options: Options,
  open: OpenSession,
  client: pg.Client,
): Promise<AccountLeft[]> {
  const { ledger, session, takeOver } = open;
  const tables = await findTables(client, takeOver.mapping);
  await freezeEverybody(client, guardedTables(tables));
  let staying: readonly string[];
  try {
    staying = await openWhoeverIsLeft(context, options, open, client);
  } catch (error) {
    // The take-over goes on, and whoever is new begins there.
    await letEverybodyBegin(client);
    throw error;
  }
  // From here on it may be finished, whatever is answered: nobody begins there again.
  const left = await accountsLeft(client, tables, staying, open);
  const writer = { store: ledger.store, clock: SYSTEM_CLOCK };
  const said = { importId: session.importId, left, by: session.by };
  const result = await finishTakeOver(writer, said, { correlation: randomUUID() });
  if (result.kind === 'written') return left;
  throw new CannotImportError(`the ledger refuses it: ${result.reason}`);
}

/** Returns who stays with the old service. */
async function openWhoeverIsLeft(
  context: CommandContext,
  options: Options,
  open: OpenSession,
  client: pg.Client,
): Promise<readonly string[]> {
  const users = await chooseUsers(context, { all: true }, client);
  const report = await openAll(context, open, users, options);
  if (report.busy.length > 0) {
    throw new CannotImportError('some accounts have writers that do not end: finish again later');
  }
  const undecided = [...report.undecided, ...report.refused].map(({ user }) => user);
  return [...undecided, ...report.handedBack];
}

/** With the balances of their last rows that can be shown. */
async function accountsLeft(
  client: pg.Client,
  tables: OldTables,
  users: readonly string[],
  { termsAt }: OpenSession,
): Promise<AccountLeft[]> {
  const terms = await termsAt(new Date().toISOString());
  const left: AccountLeft[] = [];
  for (const userId of users) {
    const found = await readAccount(client, tables, userId);
    const rows = found.kind === 'account' ? readRows(found.account, terms) : [];
    const last = rows.findLast(({ shown }) => shown !== null)?.shown;
    left.push({ userId, points: last?.after ?? 0 });
  }
  return left;
}
