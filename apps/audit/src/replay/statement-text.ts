import type { Account, LedgerEvent } from '#ledger';
import type { NewTransactionRow } from '#read-model';
import { formatNumber, formatSignedNumber, renderTable, type Column } from '../terminal/table.js';
import type { Labels } from '../terminal/labels.js';
import type { StatementLine } from './replay-account.js';

/**
 * A statement is printed in blocks of so many lines, each with its own header, so that a long one is
 * never held in memory.
 */
export const BLOCK_LINES = 100;

export const statementColumns = (labels: Labels): readonly Column[] => [
  { head: labels('revision'), align: 'right' },
  { head: labels('at') },
  { head: labels('business') },
  { head: labels('amount'), align: 'right' },
  { head: labels('balance'), align: 'right' },
  { head: labels('batch'), align: 'right' },
  { head: labels('seconds'), align: 'right' },
  { head: labels('source') },
  { head: labels('command') },
];

export function statementRows(line: StatementLine, labels: Labels): string[][] {
  const { stored, event, command, rows } = line;
  const revision = String(stored.revision);
  const commandText = `${command.type} ${command.source} ${command.id}`;
  if (rows.length > 0) {
    return rows.map((row) => [
      ...transactionCells(row, row.line === 0 ? revision : ''),
      row.line === 0 ? commandText : '',
    ]);
  }
  const detail = describeWithoutRows(event, labels);
  const seconds = 'duration' in event ? formatSeconds(event.duration) : '';
  const balance = formatNumber(event.balanceAfter);
  return [[revision, event.at, detail, '', balance, '', seconds, '', commandText]];
}

function describeWithoutRows(event: LedgerEvent, labels: Labels): string {
  switch (event.type) {
    case 'ConsumptionSettled': {
      const { consumptionId, actual, estimated } = event;
      return `${labels('settled')} ${consumptionId}: ${formatNumber(actual)} / ${formatNumber(estimated)}`;
    }
    case 'CommandRefused':
      return `${labels('refused')}: ${event.code}`;
    default:
      return event.type;
  }
}

const formatSeconds = (duration: number | null): string =>
  duration === null ? '' : String(duration);

function transactionCells(row: NewTransactionRow, revision: string): string[] {
  return [
    revision,
    row.created_at,
    row.description ?? row.type,
    formatSignedNumber(row.balance_after - row.balance_before),
    formatNumber(row.balance_after),
    row.batch_id === null ? '' : String(row.batch_id),
    formatSeconds(row.duration),
    row.source_id ?? '',
  ];
}

export function pageText(rows: readonly NewTransactionRow[], labels: Labels): string {
  const columns = statementColumns(labels).slice(0, -1);
  return renderTable(
    columns,
    rows.map((row) => transactionCells(row, String(row.revision))),
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
