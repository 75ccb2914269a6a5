import type { Account, LedgerEvent } from '#ledger';
import type { NewTransactionRow } from '#read-model';
import { grouped, signed, table, type Column } from '../terminal/table.js';
import type { Words } from '../terminal/words.js';
import type { StatementLine } from './replay-account.js';

// A statement as an accountant reads it.

/**
 * Statements are set in columns block by block, each with its head: a long one is never held whole, and
 * a block is still near the processor when it is set (a tenth of a replay, against 1,000 lines).
 */
export const BLOCK_LINES = 100;

export const statementColumns = (words: Words): readonly Column[] => [
  { head: words('revision'), align: 'right' },
  { head: words('at') },
  { head: words('business') },
  { head: words('amount'), align: 'right' },
  { head: words('balance'), align: 'right' },
  { head: words('batch'), align: 'right' },
  { head: words('seconds'), align: 'right' },
  { head: words('source') },
  { head: words('command') },
];

export function statementRows(line: StatementLine, words: Words): string[][] {
  const { stored, event, command, rows } = line;
  const revision = String(stored.revision);
  const asked = `${command.type} ${command.source} ${command.id}`;
  if (rows.length > 0) {
    return rows.map((row) => [
      ...transactionCells(row, row.line === 0 ? revision : ''),
      row.line === 0 ? asked : '',
    ]);
  }
  const detail = withoutRows(event, words);
  const seconds = 'duration' in event ? secondsOf(event.duration) : '';
  const balance = grouped(event.balanceAfter);
  return [[revision, event.at, detail, '', balance, '', seconds, '', asked]];
}

function withoutRows(event: LedgerEvent, words: Words): string {
  switch (event.type) {
    case 'ConsumptionSettled': {
      const { consumptionId, actual, estimated } = event;
      return `${words('settled')} ${consumptionId}: ${grouped(actual)} / ${grouped(estimated)}`;
    }
    case 'CommandRefused':
      return `${words('refused')}: ${event.code}`;
    default:
      return event.type;
  }
}

const secondsOf = (duration: number | null): string => (duration === null ? '' : String(duration));

function transactionCells(row: NewTransactionRow, revision: string): string[] {
  return [
    revision,
    row.created_at,
    row.description ?? row.type,
    signed(row.balance_after - row.balance_before),
    grouped(row.balance_after),
    row.batch_id === null ? '' : String(row.batch_id),
    secondsOf(row.duration),
    row.source_id ?? '',
  ];
}

export function pageText(rows: readonly NewTransactionRow[], words: Words): string {
  const columns = statementColumns(words).slice(0, -1);
  return table(
    columns,
    rows.map((row) => transactionCells(row, String(row.revision))),
  );
}

export function batchesText(account: Account, words: Words): string {
  const rows = [...account.drawOrder].map(({ id, priority, expiresAt, isGrace }) => [
    String(id),
    grouped(account.remaining.get(id) ?? 0),
    String(priority),
    `${expiresAt ?? words('never')}${isGrace ? ` (${words('grace')})` : ''}`,
  ]);
  return table(
    [
      { head: words('batch'), align: 'right' },
      { head: words('remaining'), align: 'right' },
      { head: words('priority'), align: 'right' },
      { head: words('expires') },
    ],
    rows,
  );
}

export function openText(account: Account, words: Words): string {
  const rows = [...account.openOrder].map((open) => [
    open.consumptionId,
    String(open.of),
    grouped(open.estimated),
    open.settleBy ?? '',
    open.draws.map(({ batchId, points }) => `${batchId}: ${points}`).join(', '),
  ]);
  return table(
    [
      { head: words('consumption') },
      { head: words('revision'), align: 'right' },
      { head: words('estimate'), align: 'right' },
      { head: words('settleBy') },
      { head: words('batch') },
    ],
    rows,
  );
}
