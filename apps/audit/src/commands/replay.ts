import type { Command } from 'commander';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { replayAccount, type ReplayResult, type StatementLine } from '../replay/replay-account.js';
import { lineJson, resultJson } from '../replay/statement-json.js';
import {
  BLOCK_LINES,
  batchesText,
  debtsText,
  openText,
  pageText,
  settingsRow,
  statementColumns,
  statementRows,
  type StatementForm,
} from '../replay/statement-text.js';
import { readSettings, type ReadVersion } from '../checks/known-settings.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress, formatNumber, renderTable, print } from '#terminal';
import { labelsIn } from '../terminal/labels.js';
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
    const versions = await readSettings(source);
    const printer =
      options.json === true
        ? new StatementJsonPrinter(context, versions)
        : new StatementTextPrinter(context, options, versions);
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

/** The versions of the settings that the events of an account name, each with its first event. */
class NamedVersions {
  readonly named: ReadVersion[] = [];
  #newest: number | undefined;

  constructor(private readonly versions: readonly ReadVersion[]) {}

  /** null: the event was decided by the same version as the one before it. */
  next({ provenance: { settings } }: StatementLine): ReadVersion | null {
    if (settings === this.#newest || settings === undefined) return null;
    this.#newest = settings;
    const version = this.versions.find((one) => one.version === settings) ?? null;
    if (version !== null) this.named.push(version);
    return version;
  }
}

/** Prints the statement in blocks, then the state of the account. */
class StatementTextPrinter {
  readonly #form: StatementForm;
  readonly #versions: NamedVersions;
  #block: string[][] = [];

  constructor(
    private readonly context: CommandContext,
    { lang }: Options,
    versions: readonly ReadVersion[],
  ) {
    this.#form = { labels: labelsIn(lang), withOwed: versions.some(({ rules }) => rules > 1) };
    this.#versions = new NamedVersions(versions);
  }

  line(line: StatementLine): Promise<void> | undefined {
    const version = this.#versions.next(line);
    if (version !== null) this.#block.push(settingsRow(version, this.#form));
    this.#block.push(...statementRows(line, this.#form));
    return this.#block.length >= BLOCK_LINES ? this.#flush() : undefined;
  }

  async end(user: string, replayed: ReplayResult): Promise<void> {
    if (this.#block.length > 0) await this.#flush();
    const { labels, withOwed } = this.#form;
    const { account, balance, position, page, stopped } = replayed;
    const { held, owed } = account;
    const owing = withOwed ? `, ${labels('owed')} ${formatNumber(owed)}` : '';
    const lines = [
      `${labels('account')} ${user}`,
      account.revision < 0
        ? labels('none')
        : `${labels('revision')} ${account.revision}, ${account.at}, ${position ?? ''}`,
      `${labels('balance')} ${formatNumber(balance)}, ${labels('held')} ${formatNumber(held)}${owing}`,
      '',
      `${labels('batches')}:`,
      account.drawOrder.size === 0 ? `${labels('none')}\n` : batchesText(account, labels),
      `${labels('open')}:`,
      account.openOrder.size === 0 ? `${labels('none')}\n` : openText(account, labels),
      ...(account.debts.length === 0 ? [] : [`${labels('debts')}:`, debtsText(account, labels)]),
      `${labels('page')}:`,
      page.length === 0 ? `${labels('none')}\n` : pageText(page, labels),
    ];
    if (stopped !== null) lines.push(`STOPPED at revision ${stopped.revision}: ${stopped.why}\n`);
    await print(this.context.terminal.out, lines.join('\n'));
  }

  #flush(): Promise<void> | undefined {
    const text = renderTable(statementColumns(this.#form), this.#block);
    this.#block = [];
    return print(this.context.terminal.out, `${text}\n`);
  }
}

/** Prints one JSON object whose lines are written while the account is replayed. */
class StatementJsonPrinter {
  readonly #versions: NamedVersions;
  #separator = '{"statement":[';

  constructor(
    private readonly context: CommandContext,
    versions: readonly ReadVersion[],
  ) {
    this.#versions = new NamedVersions(versions);
  }

  line(line: StatementLine): Promise<void> | undefined {
    this.#versions.next(line);
    const text = `${this.#separator}\n${JSON.stringify(lineJson(line))}`;
    this.#separator = ',';
    return print(this.context.terminal.out, text);
  }

  async end(user: string, replayed: ReplayResult): Promise<void> {
    const open = this.#separator === ',' ? '' : this.#separator;
    const rest = JSON.stringify(resultJson(user, replayed, this.#versions.named)).slice(1);
    await print(this.context.terminal.out, `${open}\n],${rest}\n`);
  }
}
