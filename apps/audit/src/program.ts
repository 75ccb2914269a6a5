import { Command, CommanderError, Option } from 'commander';
import { UntrustedAnchor } from './evidence/read-anchor.js';
import type { Cli, Status } from './commands/command-context.js';
import { addAnchor } from './commands/anchor.js';
import { addCheck } from './commands/check.js';
import { addDiff } from './commands/diff.js';
import { addExport } from './commands/export.js';
import { addProve } from './commands/prove.js';
import type { Registry } from './commands/command-actions.js';
import { addReplay } from './commands/replay.js';
import { addVerify } from './commands/verify.js';
import { CannotCheck, StoreRefused } from './store/errors.js';

const AFTER = `
Reads EVENT_STORE and DATABASE_URL, or asks the local stack that \`npm start\` runs. Changes nothing.
Exit status: 0 all is well, 1 differences were found, 2 it could not be checked.
`;

/** Runs one command line. */
export async function runAudit(args: readonly string[], cli: Cli): Promise<Status> {
  let status: Status = 0;
  const registry: Registry = {
    running: (run) => async (options) => {
      status = await run(cli, options);
    },
    runningOn: (run) => async (files, options) => {
      status = await run(cli, files, options);
    },
  };
  try {
    await programOf(cli, registry).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return statusOf(error, cli);
  }
}

function programOf(cli: Cli, registry: Registry): Command {
  const program = new Command('audit')
    .description("The auditor's view of the points ledger.")
    .addHelpText('after', AFTER)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void cli.terminal.out.write(text),
      writeErr: (text) => void cli.terminal.err.write(text),
    });
  for (const add of [addReplay, addVerify, addDiff, addAnchor, addProve, addCheck, addExport]) {
    add(program, registry);
  }
  for (const command of program.commands) {
    command
      .copyInheritedSettings(program)
      .addOption(
        new Option('--lang <language>', 'of heads and words').choices(['en', 'zh']).default('en'),
      )
      .option('--json', 'for machines')
      .addHelpText('after', AFTER);
  }
  return program;
}

/** What is not a difference found could not be checked. Bugs are told in full. */
function statusOf(error: unknown, { terminal }: Cli): Status {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const isExpected =
    error instanceof CannotCheck ||
    error instanceof UntrustedAnchor ||
    error instanceof StoreRefused;
  const told = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.err.write(`${told}\n`);
  return 2;
}
