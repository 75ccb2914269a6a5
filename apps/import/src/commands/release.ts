import type { Command } from 'commander';
import { print } from '#terminal';
import { releaseAccount } from '../accounts/release-account.js';
import { withOldDatabase } from '../source/old-database.js';
import { chooseUsers, type UserOptions } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type SessionOptions } from './import-session.js';
import { withUserOptions } from './open.js';

type Options = SessionOptions & UserOptions;

export function addReleaseCommand(program: Command, toAction: ToAction): void {
  withUserOptions(program.command('release'))
    .summary('free accounts that are frozen and not opened')
    .description(
      'Lets the old service write accounts again that were frozen, as by an importer that was killed. ' +
        'A fence goes into the stream of each first, so that an opening still on its way comes to ' +
        'nothing. An account that is open here stays here.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--by <name>', 'who frees')
    .action(toAction(runRelease));
}

async function runRelease(context: CommandContext, options: Options): Promise<ExitStatus> {
  const counts = { free: 0, opened: 0, 'not frozen': 0 };
  await withSession(context, options, ({ session }) =>
    withOldDatabase(options.from, async (client) => {
      for (const user of await chooseUsers(context, options, client)) {
        counts[await releaseAccount(client, session, user)] += 1;
      }
    }),
  );
  await print(
    context.terminal.out,
    `${counts.free} accounts are free again, ${counts.opened} are open here, ${counts['not frozen']} were not frozen\n`,
  );
  return 0;
}
