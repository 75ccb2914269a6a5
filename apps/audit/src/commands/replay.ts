import type { Command } from 'commander';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { replayAccount, type ReplayResult, type StatementLine } from '../replay/replay-account.js';
import { lineJson, resultJson } from '../replay/statement-json.js';
import {
  BLOCK_LINES,
  batchesText,
  openText,
  pageText,
  statementColumns,
  statementRows,
} from '../replay/statement-text.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress } from '../terminal/progress.js';
import { formatNumber, renderTable } from '../terminal/table.js';
import { print } from '../terminal/terminal.js';
import { labelsIn, type Labels } from '../terminal/labels.js';
import { parseRevision, parseTime, parseUserId } from './option-parsers.js';
import type { CommandActions } from './command-actions.js';

interface Options extends OutputOptions {
  readonly user: string;
  readonly at?: string;
  readonly revision?: number;
}

export function addReplayCommand(program: Command, actions: CommandActions): void {
  program
    .command('replay')
    .summary('show one account as it was at any moment, line by line')
    .description(
      'Replays the events of one account up to a moment and shows the statement line by line with the\n' +
        'command behind each event, the balance, the batches, the open pre-deductions, and the usage page\n' +
        'as of that moment.',
    )
    .requiredOption('--user <uuid>', 'the user of the account', parseUserId)
    .option('--at <time>', 'up to and including this moment', parseTime)
    .option('--revision <n>', 'up to and including this event', parseRevision)
    .action(actions.action(runReplay));
}

async function runReplay(context: CommandContext, options: Options): Promise<ExitStatus> {
  const source = await openEventSource(context.settings.eventStore());
  let events = 0;
  const progress = new Progress(context.terminal, 'events', () => events);
  try {
    const printer =
      options.json === true
        ? new StatementJsonPrinter(context)
        : new StatementTextPrinter(context, options);
    const replayed = await replayAccount(source, options.user, options, (line) => {
      events += 1;
      return printer.line(line);
    });
    await printer.end(options.user, replayed);
    return replayed.stopped === null ? 0 : 1;
  } finally {
    progress.end();
    await source.close();
  }
}

/** Prints the statement in blocks, then the state of the account. */
class StatementTextPrinter {
  readonly #labels: Labels;
  #block: string[][] = [];

  constructor(
    private readonly context: CommandContext,
    { lang }: Options,
  ) {
    this.#labels = labelsIn(lang);
  }

  line(line: StatementLine): Promise<void> | undefined {
    this.#block.push(...statementRows(line, this.#labels));
    return this.#block.length >= BLOCK_LINES ? this.#flush() : undefined;
  }

  async end(user: string, { account, position, page, stopped }: ReplayResult): Promise<void> {
    if (this.#block.length > 0) await this.#flush();
    const labels = this.#labels;
    const { balance, held } = account;
    const lines = [
      `${labels('account')} ${user}`,
      account.revision < 0
        ? labels('none')
        : `${labels('revision')} ${account.revision}, ${account.at}, ${position ?? ''}`,
      `${labels('balance')} ${formatNumber(balance)}, ${labels('held')} ${formatNumber(held)}`,
      '',
      `${labels('batches')}:`,
      account.drawOrder.size === 0 ? `${labels('none')}\n` : batchesText(account, labels),
      `${labels('open')}:`,
      account.openOrder.size === 0 ? `${labels('none')}\n` : openText(account, labels),
      `${labels('page')}:`,
      page.length === 0 ? `${labels('none')}\n` : pageText(page, labels),
    ];
    if (stopped !== null) lines.push(`STOPPED at revision ${stopped.revision}: ${stopped.why}\n`);
    await print(this.context.terminal.out, lines.join('\n'));
  }

  #flush(): Promise<void> | undefined {
    const text = renderTable(statementColumns(this.#labels), this.#block);
    this.#block = [];
    return print(this.context.terminal.out, `${text}\n`);
  }
}

/** Prints one JSON object whose lines are written while the account is replayed. */
class StatementJsonPrinter {
  #separator = '{"statement":[';

  constructor(private readonly context: CommandContext) {}

  line(line: StatementLine): Promise<void> | undefined {
    const text = `${this.#separator}\n${JSON.stringify(lineJson(line))}`;
    this.#separator = ',';
    return print(this.context.terminal.out, text);
  }

  async end(user: string, replayed: ReplayResult): Promise<void> {
    const open = this.#separator === ',' ? '' : this.#separator;
    const rest = JSON.stringify(resultJson(user, replayed)).slice(1);
    await print(this.context.terminal.out, `${open}\n],${rest}\n`);
  }
}
