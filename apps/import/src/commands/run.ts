import type { Command } from 'commander';
import type pg from 'pg';
import { readRows, type TakeOverTerms } from '#import';
import { Progress, formatNumber, print } from '#terminal';
import { refusedStream, rowBodies } from '../accounts/import-rows.js';
import { isOfOneAccount } from '../errors.js';
import { appendBodies, type ImportSession, type NextBodies } from '../ledger/append-bodies.js';
import { AccountReader, type FoundAccount } from '../source/account-reader.js';
import { countRows } from '../source/count-rows.js';
import { readSnapshot, snapshotTime } from '../source/old-database.js';
import { bookmarkOf, changedUsers, type Bookmark } from '../source/changed-users.js';
import { findTables, type OldTables } from '../source/old-tables.js';
import { readAccount } from '../source/read-account.js';
import { forEachAtOnce } from './at-once.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { readBookmark, writeBookmark } from './bookmark-file.js';
import { withSession, type OpenSession, type SessionOptions } from './import-session.js';

interface Options extends SessionOptions {
  readonly sinceLast?: boolean;
  readonly json?: boolean;
}

/** So many accounts are read from the store and appended at a time: the store writes them together. */
const ACCOUNTS_AT_ONCE = 24;
const REFUSED_MAX = 1_000;

interface RunReport {
  accounts: number;
  /** Accounts to which something was appended, and the rows and events of it. */
  changed: number;
  rows: number;
  gone: number;
  events: number;
  /** Opened before: nothing is imported any more. */
  opened: number;
  /** Users who can have no account: no UUID, or two spellings. */
  noUser: number;
  refused: { readonly user: string; readonly why: string }[];
}

export function addRunCommand(program: Command, toAction: ToAction): void {
  program
    .command('run')
    .summary('import the rows of all accounts that are not opened')
    .description(
      'Reads the old tables in one snapshot, and appends to the stream of each account what it does not ' +
        'say yet: new rows, changed ones, and those that are gone. It can be killed and run again at any ' +
        'time; where nothing changed, nothing is written. Needs `start` before.',
    )
    .requiredOption('--from <url>', 'the old database, or a replica or a restored dump of it')
    .option('--by <name>', 'who imports')
    .option(
      '--since-last',
      'only accounts with rows that are new or changed since the last run here',
    )
    .option('--json', 'print JSON for programs')
    .action(toAction(runRun));
}

async function runRun(context: CommandContext, options: Options): Promise<ExitStatus> {
  const startedMs = performance.now();
  const report = await withSession(context, options, async (open) => {
    const { importId } = open.session;
    const since = options.sinceLast === true ? readBookmark(context, importId) : null;
    const pass = await importPass(context, open, options.from, since);
    writeBookmark(context, importId, pass.bookmark);
    return pass.report;
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const text =
    options.json === true ? `${JSON.stringify({ ...report, seconds })}\n` : textOf(report, seconds);
  await print(context.terminal.out, text);
  return report.refused.length === 0 && report.noUser === 0 ? 0 : 1;
}

export interface Pass {
  readonly report: RunReport;
  readonly bookmark: Bookmark;
}

/** One pass over the old tables, over all accounts or over those that changed since another one. */
export async function importPass(
  context: CommandContext,
  { takeOver, session, termsAt }: OpenSession,
  from: string,
  since: Bookmark | null,
): Promise<Pass> {
  return readSnapshot(from, async (client) => {
    const at = await snapshotTime(client);
    const terms = await termsAt(at);
    const tables = await findTables(client, takeOver.mapping);
    const bookmark = await bookmarkOf(client, tables, at);
    const report = emptyReport();
    const work = (found: FoundAccount): Promise<void> => importOne(found, terms, session, report);
    if (since === null) await importEverything(context, client, tables, work);
    else {
      for (const user of await changedUsers(client, tables, since)) {
        await work(await readAccount(client, tables, user));
      }
    }
    return { report, bookmark };
  });
}

async function importEverything(
  { terminal }: CommandContext,
  client: pg.Client,
  tables: OldTables,
  work: (found: FoundAccount) => Promise<void>,
): Promise<void> {
  const total = await countRows(client, tables);
  const reader = await AccountReader.open(client, tables);
  const progress = new Progress(terminal, 'rows', () => reader.counts.rows);
  progress.setTotal(total);
  try {
    await forEachAtOnce(reader.accounts(), ACCOUNTS_AT_ONCE, work);
  } finally {
    progress.end();
  }
}

const emptyReport = (): RunReport => ({
  accounts: 0,
  changed: 0,
  rows: 0,
  gone: 0,
  events: 0,
  opened: 0,
  noUser: 0,
  refused: [],
});

async function importOne(
  found: FoundAccount,
  terms: TakeOverTerms,
  session: ImportSession,
  report: RunReport,
): Promise<void> {
  if (found.kind === 'no user') {
    report.noUser += 1;
    return;
  }
  report.accounts += 1;
  const { account: raw } = found;
  const now = new Date().toISOString();
  const next: NextBodies = (imported) => {
    const refused = refusedStream(imported, session.importId);
    if (refused !== null) {
      if (report.refused.length < REFUSED_MAX)
        report.refused.push({ user: raw.userId, why: refused });
      return null;
    }
    if (imported.account.takeOver?.openedAt != null) {
      report.opened += 1;
      return null;
    }
    const bodies = rowBodies(imported, readRows(raw, terms), session);
    for (const body of bodies) {
      if (body.type !== 'LegacyRowsImported') continue;
      report.rows += body.rows.length;
      report.gone += body.gone.length;
    }
    return bodies;
  };
  const events = await appendBodies(session, raw.userId, now, next).catch((error: unknown) => {
    if (!isOfOneAccount(error)) throw error;
    if (report.refused.length < REFUSED_MAX) {
      report.refused.push({ user: raw.userId, why: error.message });
    }
    return 0;
  });
  report.events += events;
  if (events > 0) report.changed += 1;
}

function textOf(report: RunReport, seconds: number): string {
  const { accounts, changed, rows, gone, events, opened, noUser, refused } = report;
  const rate = formatNumber(Math.round(rows / Math.max(seconds, 0.001)));
  const lines = [
    `${formatNumber(accounts)} accounts read in ${seconds.toFixed(1)} s: ${formatNumber(rows)} rows (${rate} rows/s) and ${formatNumber(gone)} that are gone were appended to ${formatNumber(changed)} of them, in ${formatNumber(events)} events`,
    ...(opened > 0 ? [`${formatNumber(opened)} accounts were opened before`] : []),
    ...(noUser > 0 ? [`${formatNumber(noUser)} users have no account: see \`check\``] : []),
    ...refused.map(({ user, why }) => `REFUSED ${user}: its stream ${why}`),
  ];
  return `${lines.join('\n')}\n`;
}
