import type { Command } from 'commander';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { warnOfDamagedStreams, warnOfParkedAccounts } from './warnings.js';
import { diffTables, type ComparisonResult } from '../diff/diff-tables.js';
import type { Difference } from '../diff/row-differences.js';
import { TableSnapshot } from '../diff/table-snapshot.js';
import { CannotCheckError } from '../store/errors.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress, formatNumber, renderTable, print } from '#terminal';
import { labelsIn, type Labels } from '../terminal/labels.js';
import { parseUserId } from './option-parsers.js';
import type { CommandActions } from './command-actions.js';

interface Options extends OutputOptions {
  readonly user?: string;
}

/** Differences that are kept in full. The others are only counted. */
const KEPT_DIFFERENCES_MAX = 10_000;
const PRINTED_DIFFERENCES_MAX = 50;

export function addDiffCommand(program: Command, actions: CommandActions): void {
  program
    .command('diff')
    .summary('compare the read tables with the events')
    .description(
      'Reads the tables and their checkpoint in one snapshot, replays the events up to exactly that\n' +
        'checkpoint, and lists missing, extra and different rows, column by column. The system may go on\n' +
        'writing meanwhile.',
    )
    .option('--user <uuid>', 'compare this account only', parseUserId)
    .action(actions.action(runDiff));
}

async function runDiff(context: CommandContext, options: Options): Promise<ExitStatus> {
  const source = await openEventSource(context.settings.eventStore());
  const found: Difference[] = [];
  let count = 0;
  let lines = 0;
  const damaged = new Map<string, string>();
  const progress = new Progress(context.terminal, 'statement lines', () => lines);
  let tables: TableSnapshot | null = null;
  try {
    tables = await TableSnapshot.open(context.settings.database());
    const { position, lastId, idsAfter } = tables.checkpoint;
    progress.setTotal(options.user === undefined ? lastId - idsAfter : null);
    const { last } = await source.end();
    if (position !== null && (last === null || position > last)) {
      throw new CannotCheckError(
        `the tables are at ${position}, the store ends at ${last ?? 'nothing'}`,
      );
    }
    const startedMs = performance.now();
    const compared = await diffTables(
      source,
      tables,
      options.user ?? null,
      (difference) => {
        count += 1;
        if (found.length < KEPT_DIFFERENCES_MAX) found.push(difference);
      },
      (seen) => (lines = seen),
      ({ stream, detail }) => void damaged.set(stream, detail),
    );
    const seconds = (performance.now() - startedMs) / 1000;
    progress.end();
    const labels = labelsIn(options.lang);
    await print(
      context.terminal.out,
      options.json === true
        ? `${JSON.stringify({ ok: count === 0, position, ...compared, seconds, count, differences: found })}\n`
        : reportText(compared, position ?? '', seconds, count, found, labels),
    );
    warnOfDamagedStreams(context, damaged);
    warnOfParkedAccounts(context, compared.parked);
    const isWhole = damaged.size === 0 && compared.parked.length === 0;
    return count === 0 && isWhole ? 0 : 1;
  } finally {
    progress.end();
    await tables?.close();
    await source.close();
  }
}

function reportText(
  { rows, recharges, accounts, events }: ComparisonResult,
  position: string,
  seconds: number,
  count: number,
  found: readonly Difference[],
  labels: Labels,
): string {
  const rate = formatNumber(Math.round(rows / seconds));
  const more = recharges === undefined ? '' : ` and ${formatNumber(recharges)} recharges`;
  const head = `${formatNumber(rows)} rows${more} compared with ${formatNumber(events)} events of ${formatNumber(accounts)} accounts, up to ${position}, in ${seconds.toFixed(1)} s (${rate} rows/s)\n`;
  if (count === 0) return `${head}No differences found.\n`;
  const shown = found.slice(0, PRINTED_DIFFERENCES_MAX);
  const text = renderTable(
    [
      { head: labels('table') },
      { head: labels('account') },
      { head: labels('key') },
      { head: labels('column') },
      { head: labels('expected') },
      { head: labels('found') },
    ],
    shown.map((difference) => [
      difference.table,
      difference.user,
      difference.row,
      difference.column ?? `(${difference.kind})`,
      String(difference.expected ?? '-'),
      String(difference.found ?? '-'),
    ]),
  );
  const others = count - shown.length;
  const rest = others > 0 ? `… and ${formatNumber(others)} more (--json has more of them)\n` : '';
  return `${head}${formatNumber(count)} DIFFERENCES:\n\n${text}${rest}`;
}
