import type { ComparedPoints, ComparisonReport } from '#import';
import { formatNumber, formatSignedNumber, renderTable } from '#terminal';
import { TYPES } from './compare-account.js';

/** A comparison as people read it. */
export function comparisonText(report: ComparisonReport): string {
  const { count, differences } = report;
  return [
    headOf(report),
    '',
    typesTable(report),
    pointsTable(report),
    ...remarksOf(report),
    count === 0 ? 'No differences found.' : `${formatNumber(count)} DIFFERENCES:`,
    ...differences.map(
      ({ user, what, there, here }) => `${user} ${what}: ${there} there, ${here} here`,
    ),
    '',
  ].join('\n');
}

function headOf({ accounts, imported, opened, handedBack, undecided }: ComparisonReport): string {
  const parts = [
    `${formatNumber(accounts)} accounts; ${formatNumber(imported)} are imported, ${formatNumber(opened)} of them opened`,
  ];
  if (undecided.accounts > 0) {
    parts.push(
      `${formatNumber(undecided.accounts)} need a decision, with ${formatNumber(undecided.points)} points`,
    );
  }
  if (handedBack.accounts > 0) {
    parts.push(
      `${formatNumber(handedBack.accounts)} were handed back and are not compared, with ${formatNumber(handedBack.points)} points there`,
    );
  }
  return parts.join('; ');
}

const right = (head: string) => ({ head, align: 'right' as const });

function typesTable({ types, rows }: ComparisonReport): string {
  const cells = (side: 'there' | 'here' | 'since', type: (typeof TYPES)[number]): string[] => {
    const total = types[type][side];
    return [formatNumber(total.rows), formatNumber(total.points)];
  };
  return renderTable(
    [
      { head: 'Type' },
      right('Rows there'),
      right('Points there'),
      right('Rows here'),
      right('Points here'),
      right('Rows since'),
      right('Points since'),
    ],
    [
      ...TYPES.map((type) => [
        type,
        ...cells('there', type),
        ...cells('here', type),
        ...cells('since', type),
      ]),
      [
        'all rows',
        formatNumber(rows.there),
        '',
        formatNumber(rows.here),
        '',
        formatNumber(rows.since),
        '',
      ],
    ],
  );
}

/** What is open here as of the opening, what moved since, and so what is here now. */
function pointsTable({ balance, held, expiring }: ComparisonReport): string {
  const line = (
    name: string,
    { there, here, since, notOpened }: Omit<ComparedPoints, 'notOpened'> & Partial<ComparedPoints>,
  ): string[] => [
    name,
    formatNumber(there),
    formatNumber(here),
    formatSignedNumber(since),
    formatNumber(here + since),
    notOpened === undefined ? '' : formatNumber(notOpened),
  ];
  return renderTable(
    [
      { head: 'Points' },
      right('There'),
      right('Opened with'),
      right('Since'),
      right('Here now'),
      right('Not opened'),
    ],
    [
      line('balance', balance),
      line('held', held),
      ...Object.entries(expiring).map(([month, points]) => line(`expires ${month}`, points)),
    ],
  );
}

function remarksOf({ open, owed, adjusted }: ComparisonReport): string[] {
  const remarks = [
    `Pre-deductions open: ${formatNumber(open.there)} there, ${formatNumber(open.here)} opened with, ${formatNumber(open.here + open.since)} now.`,
  ];
  if (owed > 0) remarks.push(`${formatNumber(owed)} points are owed here now.`);
  if (adjusted.accounts > 0) {
    remarks.push(
      `${formatNumber(adjusted.accounts)} accounts were adjusted when they were opened: ${formatNumber(adjusted.added)} points were added, ${formatNumber(adjusted.taken)} taken.`,
    );
  }
  return remarks;
}
