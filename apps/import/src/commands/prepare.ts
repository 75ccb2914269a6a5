import type { Command } from 'commander';
import { print } from '#terminal';
import { addAccounts, makeGuards, type GuardedTable } from '../freeze/account-states.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables, type OldTables } from '../source/old-tables.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { readMapping } from './read-mapping.js';

interface Options {
  readonly from: string;
  readonly map?: string;
}

export function addPrepareCommand(program: Command, toAction: ToAction): void {
  program
    .command('prepare')
    .summary('make the table and the triggers that freeze accounts, in the old database')
    .description(
      'Makes the schema points_take_over in the old database, with a row for each account, and triggers ' +
        'on its rows and batches that let an account be written only while it is free. All are free ' +
        'until they are opened. It can be done again at any time. Needs the right to make a schema, and ' +
        'the owner of the tables.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--map <file>', 'the mapping, as `start` is given it')
    .action(toAction(runPrepare));
}

async function runPrepare(context: CommandContext, options: Options): Promise<ExitStatus> {
  const mapping = readMapping(context, options.map);
  const added = await withOldDatabase(options.from, async (client) => {
    const tables = guardedTables(await findTables(client, mapping));
    await makeGuards(client, tables);
    return addAccounts(client, tables);
  });
  await print(context.terminal.out, `Writers are held. ${added} accounts were added, all free.\n`);
  return 0;
}

export const guardedTables = ({ rows, batches }: OldTables): GuardedTable[] =>
  [rows, batches].flatMap((table) => table ?? []).map(({ name, user }) => ({ name, user }));
