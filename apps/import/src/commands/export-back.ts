import type { Command } from 'commander';
import { formatNumber, print } from '#terminal';
import { changesSinceOpening } from '../accounts/changes-since-opening.js';
import { handBack } from '../accounts/hand-back.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables } from '../source/old-tables.js';
import { chooseUsers, type UserOptions } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type SessionOptions } from './import-session.js';
import { withUserOptions } from './open.js';

interface Options extends SessionOptions, UserOptions {
  readonly handBack?: boolean;
}

export function addExportBackCommand(program: Command, toAction: ToAction): void {
  withUserOptions(program.command('export-back'))
    .summary('give accounts back to the old service, with everything since')
    .description(
      'Prints the rows that were made here since accounts were opened, as JSON, one per line. With ' +
        '--hand-back it ends each account here, and then writes its rows and batches there and frees it, ' +
        'in one transaction. What is open is consumed there, and what is owed is reported: the old ' +
        'service knows neither.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--by <name>', 'who gives back')
    .option('--hand-back', 'end the accounts here, and free them there')
    .action(toAction(runExportBack));
}

async function runExportBack(context: CommandContext, options: Options): Promise<ExitStatus> {
  const { out } = context.terminal;
  await withSession(context, options, ({ session, takeOver, ledger }) =>
    withOldDatabase(options.from, async (client) => {
      const tables = await findTables(client, takeOver.mapping);
      for (const user of await chooseUsers(context, options, client, 'moved')) {
        if (options.handBack !== true) {
          const changes = await changesSinceOpening(ledger.store, user);
          for (const row of changes?.rows ?? []) await print(out, `${JSON.stringify(row)}\n`);
          continue;
        }
        const result = await handBack(client, tables, takeOver.mapping, session, user);
        await print(
          out,
          result.kind === 'handed back'
            ? `${user}: ${formatNumber(result.rows)} rows and ${formatNumber(result.balance)} points; ${formatNumber(result.held)} were held, ${formatNumber(result.owed)} are owed\n`
            : `${user} is not open here\n`,
        );
      }
    }),
  );
  return 0;
}
