import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { formatNumber, print } from '#terminal';
import { CannotImportError } from '../errors.js';
import type { Bookmark } from '../source/changed-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type SessionOptions } from './import-session.js';
import { importPass } from './run.js';

interface Options extends SessionOptions {
  readonly every: string;
}

const SECONDS = /^[1-9]\d{0,4}$/;

export function addFollowCommand(program: Command, toAction: ToAction): void {
  program
    .command('follow')
    .summary('import new and changed rows again and again, while the old service goes on')
    .description(
      'Imports everything once, and then rows that are new or changed, until it is interrupted. Rows ' +
        'may come late, change or go: the opening of an account reads all of its rows again under its lock.',
    )
    .requiredOption('--from <url>', 'the old database, or a replica of it')
    .option('--by <name>', 'who imports')
    .option('--every <seconds>', 'the time between two passes', '10')
    .action(toAction(runFollow));
}

async function runFollow(context: CommandContext, options: Options): Promise<ExitStatus> {
  if (!SECONDS.test(options.every)) {
    throw new CannotImportError('--every must be a whole number of seconds');
  }
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await withSession(context, options, async (open) => {
      let since: Bookmark | null = null;
      while (!stop.signal.aborted) {
        const { report, bookmark } = await importPass(context, open, options.from, since);
        since = bookmark;
        await print(
          context.terminal.out,
          `${bookmark.at} ${formatNumber(report.rows)} rows, ${formatNumber(report.changed)} accounts\n`,
        );
        await wait(Number(options.every) * 1_000, null, { signal: stop.signal }).catch(() => null);
      }
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  return 0;
}
