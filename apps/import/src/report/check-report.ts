import { consequenceOf, type FaultStatus, type Mapping } from '#import';
import { formatNumber, renderTable, stripControls } from '#terminal';
import type { FaultTally, FaultTotal } from './fault-tally.js';

/** What `check` found. */
export interface CheckReport {
  readonly from: string;
  readonly at: string;
  /** null: no ledger was named. */
  readonly ledger: string | null;
  /** The version of the settings that the businesses and limits are of. */
  readonly settings: number;
  readonly mapping: Mapping;
  readonly mapDigest: string;
  readonly rows: number;
  readonly batches: number;
  readonly jobs: number;
  readonly accounts: number;
  /** Accounts, and users without one, that need a decision. */
  readonly undecided: number;
  /** The balances of all accounts that can be opened. */
  readonly points: number;
  readonly tally: FaultTally;
}

const HEADINGS: Readonly<Record<FaultStatus, string>> = {
  undecided: 'Needs a decision, or a repair there',
  decided: 'Decided by the mapping',
  counted: 'Needs no decision',
};

export function checkText(report: CheckReport, seconds: number): string {
  const { accounts, rows, batches, jobs, undecided } = report;
  const rate = formatNumber(Math.round(rows / Math.max(seconds, 0.001)));
  const opened = accounts - (undecided - usersWithoutAccount(report));
  return [
    `${report.from} at ${report.at}`,
    `${formatNumber(rows)} rows, ${formatNumber(batches)} batches and ${formatNumber(jobs)} unfinished jobs of ${formatNumber(accounts)} accounts, read in ${seconds.toFixed(1)} s (${rate} rows/s)`,
    `mapping ${report.mapDigest}`,
    report.ledger === null
      ? 'by the settings that a new ledger begins with: set EVENT_STORE for those of a ledger'
      : `by version ${report.settings} of the settings in ${report.ledger}`,
    `${formatNumber(opened)} accounts can be opened, with ${formatNumber(report.points)} points`,
    ...sectionsOf(report),
    '',
    undecided === 0
      ? 'Every account can be opened.'
      : `${formatNumber(undecided)} accounts need a decision.`,
    '',
  ].join('\n');
}

const usersWithoutAccount = ({ tally }: CheckReport): number =>
  tally.totals().find(({ kind }) => kind === 'User')?.count ?? 0;

function* sectionsOf({ tally, mapping }: CheckReport): Generator<string, undefined, undefined> {
  const totals = tally.totals();
  for (const status of Object.keys(HEADINGS) as FaultStatus[]) {
    const section = totals.filter((total) => total.status === status);
    if (section.length === 0) continue;
    yield `\n${HEADINGS[status]}:\n`;
    yield renderTable(
      [{ head: 'Fault' }, { head: 'Count', align: 'right' }, { head: 'Accounts', align: 'right' }],
      section.map((total) => [
        total.kind,
        formatNumber(total.count),
        formatNumber(accountsOf(total)),
      ]),
    );
    for (const total of section) yield* explained(total, mapping);
  }
}

const accountsOf = ({ kind, count, users }: FaultTotal): number =>
  kind === 'User' ? count : users.size;

function* explained(
  { kind, status, examples }: FaultTotal,
  mapping: Mapping,
): Generator<string, undefined, undefined> {
  const { does, fix } = consequenceOf(kind, status, mapping);
  yield `${kind}: ${does}.`;
  if (fix !== null) yield `  decide it: ${fix}`;
  for (const { user, legacyId, detail } of examples) {
    const what = legacyId === null ? '' : ` ${legacyId}`;
    yield `  ${stripControls(`${user}${what}: ${detail}`)}`;
  }
}

/** One JSON object, in pieces: the ids of all users may be more than one text can hold. */
export function* checkJson(
  report: CheckReport,
  seconds: number,
): Generator<string, undefined, undefined> {
  const { tally, mapping, ...numbers } = report;
  const head = JSON.stringify({
    ok: report.undecided === 0,
    ...numbers,
    seconds,
    rss_mb: peakRssMb(),
  });
  yield `${head.slice(0, -1)},"faults":[`;
  for (const [index, total] of tally.totals().entries()) {
    const { kind, status, count, examples } = total;
    const accounts = accountsOf(total);
    const { does, fix } = consequenceOf(kind, status, mapping);
    const fault = JSON.stringify({ kind, status, count, accounts, does, fix, examples });
    yield `${index === 0 ? '' : ','}${fault.slice(0, -1)},"users":[`;
    yield* joined(kind === 'User' ? tally.spellings : total.users);
    yield ']}';
  }
  yield ']}\n';
}

const USERS_PER_PIECE = 1_000;

function* joined(users: Iterable<string>): Generator<string, undefined, undefined> {
  let piece: string[] = [];
  let isFirst = true;
  const text = (): string => {
    const comma = isFirst ? '' : ',';
    isFirst = false;
    return comma + piece.map((user) => JSON.stringify(user)).join(',');
  };
  for (const user of users) {
    piece.push(user);
    if (piece.length < USERS_PER_PIECE) continue;
    yield text();
    piece = [];
  }
  if (piece.length > 0) yield text();
}

/** The highest memory use of the process so far. */
const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
