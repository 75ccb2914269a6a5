import { Command, CommanderError, Option } from 'commander';
import { UntrustedAnchorError } from './evidence/read-anchor.js';
import type { CommandContext, ExitStatus } from './commands/command-context.js';
import { addAnchorCommand } from './commands/anchor.js';
import { addCheckCommand } from './commands/check.js';
import { addDiffCommand } from './commands/diff.js';
import { addExportCommand } from './commands/export.js';
import { addProveCommand } from './commands/prove.js';
import type { CommandActions } from './commands/command-actions.js';
import { addReplayCommand } from './commands/replay.js';
import { addVerifyCommand } from './commands/verify.js';
import { CannotCheckError, StoreRefusedError } from './store/errors.js';

const HELP_FOOTER = `
Uses EVENT_STORE and DATABASE_URL, or the local stack that \`npm start\` runs. It never changes anything.
Exit status: 0 no damage or difference, 1 damage or differences found, 2 the check could not be made.
`;

/** Runs one command line. */
export async function runAudit(
  args: readonly string[],
  context: CommandContext,
): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const actions: CommandActions = {
    action: (run) => async (options) => {
      status = await run(context, options);
    },
    actionOnFiles: (run) => async (files, options) => {
      status = await run(context, files, options);
    },
  };
  try {
    await createProgram(context, actions).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return exitStatusOf(error, context);
  }
}

function createProgram(context: CommandContext, actions: CommandActions): Command {
  const program = new Command('audit')
    .description('Audits the points ledger.')
    .addHelpText('after', HELP_FOOTER)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.terminal.out.write(text),
      writeErr: (text) => void context.terminal.err.write(text),
    });
  for (const add of [
    addReplayCommand,
    addVerifyCommand,
    addDiffCommand,
    addAnchorCommand,
    addProveCommand,
    addCheckCommand,
    addExportCommand,
  ]) {
    add(program, actions);
  }
  for (const command of program.commands) {
    command
      .copyInheritedSettings(program)
      .addOption(
        new Option('--lang <language>', 'the language of headings')
          .choices(['en', 'zh'])
          .default('en'),
      )
      .option('--json', 'print JSON for programs')
      .addHelpText('after', HELP_FOOTER);
  }
  return program;
}

/** Any error means that the check could not be made. Unexpected errors are printed with their stack. */
function exitStatusOf(error: unknown, { terminal }: CommandContext): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const isExpected =
    error instanceof CannotCheckError ||
    error instanceof UntrustedAnchorError ||
    error instanceof StoreRefusedError;
  const message = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.err.write(`${message}\n`);
  return 2;
}
