import { memo } from 'react';
import type { PointTransactionItem } from '#contracts';
import { NO_VALUE, formatPoints, formatSeconds } from '../format/points.js';
import { Instant } from '../components/instant.js';
import { SignedAmount, TypeLabel } from '../components/transaction-labels.js';
import { useMessages } from '../i18n/language.js';

interface StatementTableProps {
  readonly rows: readonly PointTransactionItem[];
  readonly arrived: ReadonlySet<number>;
  readonly open: (ref: string) => void;
}

// Explicit roles, because the card layout on narrow screens would remove those of table elements.
export function StatementTable({ rows, arrived, open }: StatementTableProps) {
  const { statement } = useMessages();
  const { columns } = statement;
  return (
    <table className="rows" role="table" aria-label={statement.title}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            {columns.time}
          </th>
          <th role="columnheader" scope="col">
            {columns.kind}
          </th>
          <th role="columnheader" scope="col" className="number">
            {columns.points}
          </th>
          <th role="columnheader" scope="col" className="number">
            {columns.balance}
          </th>
          <th role="columnheader" scope="col" className="number">
            {columns.duration}
          </th>
          <th role="columnheader" scope="col">
            {columns.description}
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Row key={row.id} row={row} hasArrived={arrived.has(row.id)} open={open} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly row: PointTransactionItem;
  readonly hasArrived: boolean;
  readonly open: (ref: string) => void;
}

const Row = memo(function Row({ row, hasArrived, open }: RowProps) {
  const { statement } = useMessages();
  const { id, row_ref, type, amount, balance_after, duration, description, created_at } = row;
  return (
    <tr
      role="row"
      className="row"
      data-row={id}
      data-arrived={hasArrived || undefined}
      onClick={({ currentTarget }) => {
        if (isSelecting()) return;
        // The focus returns to this button when the details are closed.
        currentTarget.querySelector('button')?.focus();
        open(row_ref);
      }}
    >
      <td role="cell" className="cell-time">
        <Instant at={created_at} />
      </td>
      <td role="cell" className="cell-kind">
        <TypeLabel type={type} />
      </td>
      <td role="cell" className="cell-points number">
        <SignedAmount type={type} amount={amount} />
      </td>
      <td role="cell" className="cell-balance number" data-label={statement.columns.balance}>
        {formatPoints(balance_after)}
      </td>
      <td role="cell" className="cell-duration number">
        {formatSeconds(duration)}
      </td>
      <td role="cell" className="cell-description">
        <button type="button" className="row-open" aria-haspopup="dialog" title={statement.story}>
          {description ?? NO_VALUE}
        </button>
      </td>
    </tr>
  );
});

// A click anywhere on a row opens it, and so does its button by keyboard, whose click bubbles up here. A
// reader who selects text wants to copy it.
const isSelecting = (): boolean => (window.getSelection()?.toString() ?? '') !== '';
