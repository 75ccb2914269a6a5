import { Option, type Command } from 'commander';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { exportEvents, type ExportFormat } from '../export/export-events.js';
import { exportStatement } from '../export/export-statement.js';
import { CannotCheckError } from '../store/errors.js';
import type { OnDamage } from '../store/event-source.js';
import { warnOfDamagedStreams } from './warnings.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress, print } from '#terminal';
import { parseTime, parseUserId } from './option-parsers.js';
import { writeFileAtomically } from './files.js';
import type { CommandActions } from './command-actions.js';

interface Options extends OutputOptions {
  readonly user?: string;
  readonly all?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly format: ExportFormat;
  readonly what: 'events' | 'statement';
  readonly out?: string;
}

export function addExportCommand(program: Command, actions: CommandActions): void {
  program
    .command('export')
    .summary('export events or statements as a stream')
    .description(
      'Writes the stored events, or the statement rows that users see, of one user or of all. The column\n' +
        'recorded_at is not exported, because no hash covers it.',
    )
    .option('--user <uuid>', 'export this account', parseUserId)
    .option('--all', 'export all accounts')
    .option('--from <time>', 'from this moment on', parseTime)
    .option('--to <time>', 'before this moment', parseTime)
    .addOption(new Option('--format <format>').choices(['jsonl', 'csv']).default('jsonl'))
    .addOption(new Option('--what <what>').choices(['events', 'statement']).default('events'))
    .option('--out <file>', 'write to this file instead of standard output')
    .action(actions.action(runExport));
}

async function runExport(context: CommandContext, options: Options): Promise<ExitStatus> {
  if ((options.user === undefined) === (options.all !== true)) {
    throw new CannotCheckError('either --user or --all is required');
  }
  const source = await openEventSource(context.settings.eventStore());
  let bytes = 0;
  const damaged = new Map<string, string>();
  const onDamage: OnDamage = ({ stream, detail }) => void damaged.set(stream, detail);
  const progress = new Progress(context.terminal, 'bytes', () => bytes);
  try {
    const made = options.what === 'events' ? exportEvents : exportStatement;
    const counted = async function* () {
      const { user: one = null, format } = options;
      for await (const text of made(source, one, options, format, onDamage)) {
        if (text === '') continue;
        yield text;
        bytes += text.length;
      }
    };
    if (options.out !== undefined) await writeFileAtomically(options.out, counted());
    else for await (const text of counted()) await print(context.terminal.out, text);
    progress.end();
    warnOfDamagedStreams(context, damaged);
    return damaged.size === 0 ? 0 : 1;
  } finally {
    progress.end();
    await source.close();
  }
}
