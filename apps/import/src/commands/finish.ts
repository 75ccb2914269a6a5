import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { SYSTEM_CLOCK } from '#async';
import { analyseAccount } from '#import';
import { finishTakeOver } from '#settings';
import { formatNumber, print } from '#terminal';
import { CannotImportError } from '../errors.js';
import { freezeEverybody } from '../freeze/freeze-everybody.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables } from '../source/old-tables.js';
import { readAccount } from '../source/read-account.js';
import { chooseUsers } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type SessionOptions } from './import-session.js';
import { openAll } from './open.js';
import { guardedTables } from './prepare.js';

interface Options extends SessionOptions {
  readonly waitMs: string;
  readonly atOnce: string;
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
    .action(toAction(runFinish));
}

async function runFinish(context: CommandContext, options: Options): Promise<ExitStatus> {
  const left = await withSession(context, options, async (open) => {
    const { ledger, session, takeOver, termsAt } = open;
    return withOldDatabase(options.from, async (client) => {
      const tables = await findTables(client, takeOver.mapping);
      await freezeEverybody(client, guardedTables(tables));
      const users = await chooseUsers(context, { all: true }, client);
      const report = await openAll(context, open, users, options);
      if (report.busy.length > 0)
        throw new CannotImportError('some accounts have writers that do not end');
      const staying = [...report.undecided, ...report.refused];
      const points = [];
      for (const { user } of staying) {
        const found = await readAccount(client, tables, user);
        const rows =
          found.kind === 'account'
            ? analyseAccount(found.account, await termsAt(new Date().toISOString())).rows
            : [];
        const last = rows.findLast(({ shown }) => shown !== null)?.shown;
        points.push({ userId: user, points: last?.after ?? 0 });
      }
      const result = await finishTakeOver(
        { store: ledger.store, clock: SYSTEM_CLOCK },
        { importId: session.importId, left: points, by: session.by },
        { correlation: randomUUID() },
      );
      if (result.kind === 'refused')
        throw new CannotImportError(`the ledger refuses it: ${result.reason}`);
      return points;
    });
  });
  const lines = left.map(
    ({ userId, points }) => `LEFT ${userId} with ${formatNumber(points)} points\n`,
  );
  await print(context.terminal.out, `The take-over is finished.\n${lines.join('')}`);
  return left.length === 0 ? 0 : 1;
}
