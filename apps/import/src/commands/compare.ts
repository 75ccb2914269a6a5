import type { Command } from 'commander';
import { analyseAccount, type AnalysedAccount, type TakeOverTerms } from '#import';
import { readImportedAccount, type ImportedAccount } from '#commands';
import { rowsDigest } from '#identity';
import { Progress, formatNumber, print, renderTable } from '#terminal';
import { AccountReader, type FoundAccount } from '../source/account-reader.js';
import { countRows } from '../source/count-rows.js';
import { readSnapshot, snapshotTime } from '../source/old-database.js';
import { findTables } from '../source/old-tables.js';
import { forEachAtOnce } from './at-once.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withSession, type OpenSession, type SessionOptions } from './import-session.js';

interface Options extends SessionOptions {
  readonly json?: boolean;
}

const ACCOUNTS_AT_ONCE = 16;
const DIFFERENCES_MAX = 1_000;
const TYPES = ['recharge', 'consume', 'expire', 'refund'] as const;

interface Difference {
  readonly user: string;
  readonly what: string;
  readonly there: string | number;
  readonly here: string | number;
}

interface CompareReport {
  accounts: number;
  imported: number;
  opened: number;
  rows: number;
  /** Σ of the balances of the old tables, and of what accounts were opened with or, not opened, say. */
  pointsThere: number;
  pointsHere: number;
  /** Points that are left in batches, by the month of their expiry, there. */
  readonly expiring: Map<string, number>;
  count: number;
  readonly differences: Difference[];
}

export function addCompareCommand(program: Command, toAction: ToAction): void {
  program
    .command('compare')
    .summary('put the old tables and the streams side by side, account by account')
    .description(
      'Compares for each account the number of rows and their digest, the balance, and the sums by type. ' +
        'Where the rows of an opened account differ, the old table was written after the opening. In ' +
        'total, it adds up the points there by the month of their expiry.',
    )
    .requiredOption('--from <url>', 'the old database, or a replica of it')
    .option('--json', 'print JSON for programs')
    .action(toAction(runCompare));
}

async function runCompare(context: CommandContext, options: Options): Promise<ExitStatus> {
  const report = await withSession(context, options, (open) => compareAll(context, open, options));
  const text = options.json === true ? `${JSON.stringify(jsonOf(report))}\n` : textOf(report);
  await print(context.terminal.out, text);
  return report.count === 0 ? 0 : 1;
}

const compareAll = (
  { terminal }: CommandContext,
  { ledger, takeOver, termsAt }: OpenSession,
  { from }: Options,
): Promise<CompareReport> =>
  readSnapshot(from, async (client) => {
    const terms = await termsAt(await snapshotTime(client));
    const tables = await findTables(client, takeOver.mapping);
    const total = await countRows(client, tables);
    const reader = await AccountReader.open(client, tables);
    const progress = new Progress(terminal, 'rows', () => reader.counts.rows);
    progress.setTotal(total);
    const report: CompareReport = {
      accounts: 0,
      imported: 0,
      opened: 0,
      rows: 0,
      pointsThere: 0,
      pointsHere: 0,
      expiring: new Map(),
      count: 0,
      differences: [],
    };
    try {
      await forEachAtOnce(reader.accounts(), ACCOUNTS_AT_ONCE, async (found) => {
        if (found.kind === 'no user') return;
        const here = await readImportedAccount(ledger.store, found.account.userId);
        compareAccount(found, here, terms, report);
      });
      return report;
    } finally {
      progress.end();
    }
  });

function compareAccount(
  { account: raw }: Extract<FoundAccount, { readonly kind: 'account' }>,
  here: ImportedAccount,
  terms: TakeOverTerms,
  report: CompareReport,
): void {
  const there = analyseAccount(raw, terms);
  const { statement } = here;
  const balanceThere = balanceOf(there);
  report.accounts += 1;
  report.rows += there.rows.length;
  report.pointsThere += balanceThere;
  addExpiries(there, report.expiring);
  const differ = (what: string, one: string | number, other: string | number): void => {
    if (one === other) return;
    report.count += 1;
    if (report.differences.length >= DIFFERENCES_MAX) return;
    report.differences.push({ user: raw.userId, what, there: one, here: other });
  };
  if (here.account.takeOver === null) {
    differ('stream', 'rows', here.account.revision < 0 ? 'none' : 'began here');
    return;
  }
  report.imported += 1;
  if (here.account.takeOver.openedAt !== null) report.opened += 1;
  report.pointsHere += statement.balance;
  differ('rows', there.rows.length, statement.count);
  const digest = rowsDigest(there.rows.map(({ row }) => row));
  differ('digest', digest, rowsDigest(statement.standing()));
  differ('balance', lastBalance(there), statement.balance);
  const shown = statement.shown();
  for (const type of TYPES) {
    differ(
      type,
      sum(there.rows.flatMap(({ shown: row }) => (row?.type === type ? row.amount : []))),
      sum(shown.flatMap((row) => (row.type === type ? row.amount : []))),
    );
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const lastBalance = ({ rows }: AnalysedAccount): number =>
  rows.findLast(({ shown }) => shown !== null)?.shown?.after ?? 0;

const balanceOf = (analysed: AnalysedAccount): number =>
  analysed.opening?.balance ?? lastBalance(analysed);

function addExpiries({ opening }: AnalysedAccount, expiring: Map<string, number>): void {
  for (const { remaining, expiresAt } of opening?.batches ?? []) {
    if (remaining === 0) continue;
    const month = expiresAt === null ? 'never' : expiresAt.slice(0, 7);
    expiring.set(month, (expiring.get(month) ?? 0) + remaining);
  }
}

const monthsOf = ({ expiring }: CompareReport): [string, number][] =>
  [...expiring].sort(([one], [other]) => (one < other ? -1 : 1));

const jsonOf = (report: CompareReport) => ({
  ok: report.count === 0,
  ...report,
  expiring: Object.fromEntries(monthsOf(report)),
});

function textOf(report: CompareReport): string {
  const { accounts, imported, opened, rows, pointsThere, count, differences } = report;
  return [
    `${formatNumber(accounts)} accounts with ${formatNumber(rows)} rows and ${formatNumber(pointsThere)} points; ${formatNumber(imported)} are imported, ${formatNumber(opened)} of them opened`,
    '',
    renderTable(
      [{ head: 'Expires' }, { head: 'Points', align: 'right' }],
      monthsOf(report).map(([month, points]) => [month, formatNumber(points)]),
    ),
    count === 0 ? 'No differences found.' : `${formatNumber(count)} DIFFERENCES:`,
    ...differences.map(
      ({ user, what, there, here }) => `${user} ${what}: ${there} there, ${here} here`,
    ),
    '',
  ].join('\n');
}
