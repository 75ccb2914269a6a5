import { Command, CommanderError } from 'commander';
import { addCompareCommand } from './commands/compare.js';
import { addCheckCommand } from './commands/check.js';
import { addExportBackCommand } from './commands/export-back.js';
import { addFinishCommand } from './commands/finish.js';
import { addFollowCommand } from './commands/follow.js';
import { addOpenCommand } from './commands/open.js';
import { addPrepareCommand } from './commands/prepare.js';
import { addReleaseCommand } from './commands/release.js';
import { addRunCommand } from './commands/run.js';
import { addStartCommand } from './commands/start.js';
import type { CommandContext, ExitStatus, ToAction } from './commands/command-context.js';
import { CannotImportError } from './errors.js';

/** Runs one command line. */
export async function runImport(
  args: readonly string[],
  context: CommandContext,
): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const toAction: ToAction = (run) => async (options) => {
    status = await run(context, options);
  };
  try {
    await createProgram(context, toAction).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return exitStatusOf(error, context);
  }
}

function createProgram({ terminal }: CommandContext, toAction: ToAction): Command {
  const program = new Command('import')
    .description('Takes over the points of the service that stood before.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    });
  for (const add of [
    addCheckCommand,
    addPrepareCommand,
    addStartCommand,
    addRunCommand,
    addFollowCommand,
    addOpenCommand,
    addReleaseCommand,
    addFinishCommand,
    addCompareCommand,
    addExportBackCommand,
  ]) {
    add(program, toAction);
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

/** Unexpected errors are printed with their stack. */
function exitStatusOf(error: unknown, { terminal }: CommandContext): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const isExpected = error instanceof CannotImportError;
  const message = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
  terminal.err.write(`${message}\n`);
  return 2;
}
