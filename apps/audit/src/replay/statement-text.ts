import { REVERSAL_LABEL, type Account, type LedgerEvent } from '#ledger';
import type { NewTransactionRow } from '#read-model';
import { formatNumber, formatSignedNumber, renderTable, type Column } from '#terminal';
import type { Labels } from '../terminal/labels.js';
import type { ReadVersion } from '../checks/known-settings.js';
import type { StatementLine } from './replay-account.js';

/**
 * A statement is printed in blocks of so many lines, each with its own header, so that a long one is
 * never held in memory.
 */
export const BLOCK_LINES = 100;

export interface StatementForm {
  readonly labels: Labels;
  /** Under rules 1 nobody owes anything. */
  readonly withOwed: boolean;
}

export const statementColumns = ({ labels, withOwed }: StatementForm): readonly Column[] => [
  ...transactionColumns(labels).slice(0, BALANCE_COLUMN + 1),
  ...(withOwed ? [{ head: labels('owed'), align: 'right' as const }] : []),
  ...transactionColumns(labels).slice(BALANCE_COLUMN + 1),
  { head: labels('command') },
];

const transactionColumns = (labels: Labels): readonly Column[] => [
  { head: labels('revision'), align: 'right' },
  { head: labels('at') },
  { head: labels('business') },
  { head: labels('amount'), align: 'right' },
  { head: labels('balance'), align: 'right' },
  { head: labels('batch'), align: 'right' },
  { head: labels('seconds'), align: 'right' },
  { head: labels('source') },
];

const BALANCE_COLUMN = 4;

export function statementRows(
  line: StatementLine,
  { labels, withOwed }: StatementForm,
): string[][] {
  const { stored, event, provenance, rows } = line;
  const { command } = provenance;
  const revision = String(stored.revision);
  const commandText = `${command.type} ${command.source} ${command.id}`;
  const owed = withOwed ? [formatNumber(event.owedAfter ?? 0)] : [];
  const noOwed = withOwed ? [''] : [];
  const besides = besidesRows(event, labels);
  if (rows.length > 0) {
    return rows.map((row, index) => {
      const isFirst = row.line === 0;
      const isLast = index === rows.length - 1;
      const cells = transactionCells(row, isFirst ? revision : '', isFirst ? besides : '');
      return [
        ...cells.slice(0, BALANCE_COLUMN + 1),
        ...(isLast ? owed : noOwed),
        ...cells.slice(BALANCE_COLUMN + 1),
        isFirst ? commandText : '',
      ];
    });
  }
  const detail = describeWithoutRows(event, labels);
  const seconds = 'duration' in event ? formatSeconds(event.duration) : '';
  const balance = formatNumber(event.balanceAfter);
  return [[revision, event.at, detail, '', balance, ...owed, '', seconds, '', commandText]];
}

/** The line of a version of the settings, before the first event that was decided by it. */
export function settingsRow(
  { version, from, rules, settings }: ReadVersion,
  { labels, withOwed }: StatementForm,
): string[] {
  const entry = `${labels('settings')} ${version}: ${labels('rules')} ${rules}`;
  const note = settings?.note == null ? '' : `: ${settings.note}`;
  const published = settings && `${labels('published')} ${settings.at} ${settings.by}${note}`;
  const empty = withOwed ? ['', '', '', '', '', ''] : ['', '', '', '', ''];
  return ['', from, entry, ...empty, published ?? ''];
}

function describeWithoutRows(event: LedgerEvent, labels: Labels): string {
  switch (event.type) {
    case 'ConsumptionSettled': {
      const { consumptionId, actual, estimated, cause } = event;
      const word = labels(cause === 'timed_out' ? 'chargedWhenDue' : 'settled');
      const points = `${formatNumber(actual)} / ${formatNumber(estimated)}`;
      return `${word} ${consumptionId}: ${points}${unpaid(event, labels)}`;
    }
    case 'ConsumptionExtended': {
      const { consumptionId, estimated, settleBy } = event;
      return `${labels('extended')} ${consumptionId}: ${formatNumber(estimated)}, ${settleBy}`;
    }
    case 'RechargeReversed':
      return `${labels('reversed')} ${event.rechargeId}${unpaid(event, labels)}`;
    case 'RechargeReinstated':
      return `${labels('reinstated')} ${event.rechargeId}${waived(event, labels)}`;
    case 'DebtForgiven': {
      const { consumptionId, rechargeId, points } = event;
      return `${labels('forgiven')} ${consumptionId ?? rechargeId}: ${formatNumber(points)}`;
    }
    case 'CommandRefused':
      return `${labels('refused')}: ${event.code}`;
    default:
      return event.type;
  }
}

/** What a reversal or a reinstatement did without moving points. */
function besidesRows(event: LedgerEvent, labels: Labels): string {
  if (event.type === 'RechargeReversed') return unpaid(event, labels);
  return event.type === 'RechargeReinstated' ? waived(event, labels) : '';
}

interface Unpaid {
  readonly owed: number;
  readonly uncollected: number;
}

const unpaid = ({ owed, uncollected }: Unpaid, labels: Labels): string =>
  amounts([
    [labels('owes'), owed],
    [labels('uncollected'), uncollected],
  ]);

const waived = (
  { forgiven, waived }: { readonly forgiven: number; readonly waived: number },
  labels: Labels,
): string =>
  amounts([
    [labels('forgiven'), forgiven],
    [labels('uncollected'), -waived],
  ]);

const amounts = (all: readonly (readonly [word: string, points: number])[]): string =>
  all.map(([word, points]) => (points === 0 ? '' : `, ${word} ${formatNumber(points)}`)).join('');

const formatSeconds = (duration: number | null): string =>
  duration === null ? '' : String(duration);

function transactionCells(row: NewTransactionRow, revision: string, besides = ''): string[] {
  return [
    revision,
    row.created_at,
    `${row.description ?? row.type}${besides}`,
    formatSignedNumber(row.balance_after - row.balance_before),
    formatNumber(row.balance_after),
    row.batch_id === null ? '' : String(row.batch_id),
    formatSeconds(row.duration),
    row.source_id ?? '',
  ];
}

export function pageText(rows: readonly NewTransactionRow[], labels: Labels): string {
  return renderTable(
    transactionColumns(labels),
    rows.map((row) => transactionCells(row, String(row.revision))),
  );
}

/** In the order in which they will be paid. */
export function debtsText({ debts }: Account, labels: Labels): string {
  return renderTable(
    [
      { head: labels('debtOf') },
      { head: labels('revision'), align: 'right' },
      { head: labels('business') },
      { head: labels('owed'), align: 'right' },
      { head: labels('source') },
    ],
    debts.map(({ consumptionId, rechargeId, of, label, points, sourceId }) => [
      consumptionId ?? rechargeId ?? '',
      String(of),
      label ?? REVERSAL_LABEL,
      formatNumber(points),
      sourceId ?? '',
    ]),
  );
}

export function batchesText(account: Account, labels: Labels): string {
  const rows = [...account.drawOrder].map(({ id, priority, expiresAt, isGrace }) => [
    String(id),
    formatNumber(account.remaining.get(id) ?? 0),
    String(priority),
    `${expiresAt ?? labels('never')}${isGrace ? ` (${labels('grace')})` : ''}`,
  ]);
  return renderTable(
    [
      { head: labels('batch'), align: 'right' },
      { head: labels('remaining'), align: 'right' },
      { head: labels('priority'), align: 'right' },
      { head: labels('expires') },
    ],
    rows,
  );
}

export function openText(account: Account, labels: Labels): string {
  const rows = [...account.openOrder].map((open) => [
    open.consumptionId,
    String(open.of),
    formatNumber(open.estimated),
    open.settleBy ?? '',
    open.draws.map(({ batchId, points }) => `${batchId}: ${points}`).join(', '),
  ]);
  return renderTable(
    [
      { head: labels('consumption') },
      { head: labels('revision'), align: 'right' },
      { head: labels('estimate'), align: 'right' },
      { head: labels('settleBy') },
      { head: labels('batch') },
    ],
    rows,
  );
}
