import type { Command } from 'commander';
import type pg from 'pg';
import type { ComparisonReport, RawAccount, TakeOverTerms } from '#import';
import { Progress, print } from '#terminal';
import { readHistory, type AccountHistory } from '../accounts/account-history.js';
import { movedWithoutRows } from '../freeze/moved-without-rows.js';
import type { LastTakeOver } from '../ledger/current-take-over.js';
import { compareAccount, type AccountComparison } from '../report/compare-account.js';
import { comparisonText } from '../report/comparison-text.js';
import { ComparisonTotals } from '../report/comparison-totals.js';
import { AccountReader } from '../source/account-reader.js';
import { countRows } from '../source/count-rows.js';
import { readSnapshot, snapshotTime } from '../source/old-database.js';
import { findTables, type OldTables } from '../source/old-tables.js';
import { writeAccounts } from './accounts-file.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { withLastSession, type OpenSession, type SessionOptions } from './import-session.js';
import { inOrder } from './in-order.js';
import { reportWriter, requireNew, type ReportOptions } from './report-file.js';

interface Options extends SessionOptions, ReportOptions {
  readonly accounts?: string;
  readonly json?: boolean;
}

const ACCOUNTS_AT_ONCE = 16;

export function addCompareCommand(program: Command, toAction: ToAction): void {
  program
    .command('compare')
    .summary('put the old tables and the streams side by side, account by account')
    .description(
      'Compares for each account the number of rows and their digest, the sums by type, the balance, what ' +
        'is held, and the points by the month of their expiry: the old table against what the account was ' +
        'opened with, since the old table stands still from then on. What moved here since is told beside ' +
        'it. Where the rows of an opened account differ, the old table was written after the opening. It ' +
        'can be done behind the end of the take-over too.',
    )
    .requiredOption('--from <url>', 'the old database, or a replica of it')
    .option('--by <name>', 'who compares')
    .option('--accounts <file>', 'write both sides of each account, a line of JSON for each')
    .option('--report <file>', 'write what was found, signed; `npm run audit -- check` checks it')
    .option('--key <file>', 'the private key to sign the report with')
    .option('--json', 'print JSON for programs')
    .action(toAction(runCompare));
}

async function runCompare(context: CommandContext, options: Options): Promise<ExitStatus> {
  const writeReport = reportWriter(context, options);
  if (options.accounts !== undefined) requireNew('--accounts', options.accounts);
  const report = await withLastSession(context, options, (open) =>
    compareAll(context, open, options),
  );
  const text = options.json === true ? `${JSON.stringify(report)}\n` : comparisonText(report);
  await print(context.terminal.out, text);
  writeReport?.(report);
  return report.ok ? 0 : 1;
}

const compareAll = (
  { terminal }: CommandContext,
  open: OpenSession<LastTakeOver>,
  { from, accounts: file }: Options,
): Promise<ComparisonReport> =>
  readSnapshot(from, async (client) => {
    const at = await snapshotTime(client);
    const position = await open.ledger.store.head();
    const tables = await findTables(client, open.takeOver.mapping);
    const total = await countRows(client, tables);
    const reader = await AccountReader.open(client, tables);
    const progress = new Progress(terminal, 'rows', () => reader.counts.rows);
    progress.setTotal(total);
    const totals = new ComparisonTotals();
    try {
      const compared = comparedAccounts(client, tables, reader, open, at, totals);
      const accountsDigest =
        file === undefined ? await exhausted(compared) : await writeAccounts(file, compared);
      const { importId, mapDigest, by, from: name } = open.session;
      const context = { importId, mapDigest, from: name, by, at, position, accountsDigest };
      return { ...context, ...totals.result() };
    } finally {
      progress.end();
    }
  });

/** Without a file there is no digest of it. */
async function exhausted(compared: AsyncIterable<AccountComparison>): Promise<null> {
  for await (const one of compared) void one;
  return null;
}

/** Each account in turn, once it is added up. */
async function* comparedAccounts(
  client: pg.Client,
  tables: OldTables,
  reader: AccountReader,
  open: OpenSession<LastTakeOver>,
  at: string,
  totals: ComparisonTotals,
): AsyncGenerator<AccountComparison, undefined, undefined> {
  const terms = await open.termsAt(at);
  const accounts = rawAccounts(client, tables, reader);
  const compare = (raw: RawAccount): Promise<AccountComparison> => compareOne(raw, open, terms);
  for await (const compared of inOrder(accounts, ACCOUNTS_AT_ONCE, compare)) {
    totals.add(compared);
    yield compared;
  }
}

/** Everybody there, and behind them those who are kept here and have nothing there any more. */
async function* rawAccounts(
  client: pg.Client,
  tables: OldTables,
  reader: AccountReader,
): AsyncGenerator<RawAccount, undefined, undefined> {
  for await (const found of reader.accounts()) if (found.kind === 'account') yield found.account;
  for (const userId of await movedWithoutRows(client, tables)) {
    yield { userId, rows: [], batches: [], jobs: [] };
  }
}

async function compareOne(
  raw: RawAccount,
  open: OpenSession<LastTakeOver>,
  now: TakeOverTerms,
): Promise<AccountComparison> {
  const history = await readHistory(open.ledger.store, raw.userId);
  const opening = await termsOfOpening(history, open);
  return compareAccount(raw, history, { now, opening });
}

/** By the settings and the mapping of then; null: it is not opened. */
async function termsOfOpening(
  { since }: AccountHistory,
  { takeOver, termsAt }: OpenSession<LastTakeOver>,
): Promise<TakeOverTerms | null> {
  if (since === null) return null;
  const { at, mapDigest } = since.opening;
  const terms = await termsAt(at);
  return { ...terms, mapping: takeOver.mappings.get(mapDigest) ?? terms.mapping };
}
