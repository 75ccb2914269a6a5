import pg from 'pg';
import type { Command } from 'commander';
import type { FaultKind } from '#import';
import { Progress, formatNumber, print } from '#terminal';
import { openAccount, type OpenResult } from '../accounts/open-account.js';
import { CannotImportError } from '../errors.js';
import { unguardedTables } from '../freeze/account-states.js';
import { withOldDatabase } from '../source/old-database.js';
import { findTables, type OldTables } from '../source/old-tables.js';
import { forEachAtOnce } from './at-once.js';
import { chooseUsers, type UserOptions } from './choose-users.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import type { Ledger } from '../ledger/open-ledger.js';
import { withSession, type OpenSession, type SessionOptions } from './import-session.js';
import { guardedTables } from './prepare.js';

interface Options extends SessionOptions, UserOptions {
  readonly waitMs: string;
  readonly atOnce: string;
  readonly freezeByWord?: boolean;
  readonly alone?: boolean;
  readonly json?: boolean;
}

const NAMED_MAX = 1_000;
/** Accounts whose writers take too long are tried so often. */
const ROUNDS_MAX = 5;

export interface OpenReport {
  opened: number;
  openedBefore: number;
  points: number;
  /** How long writers of an account were held off, in milliseconds. */
  pauses: number[];
  busy: string[];
  handedBack: string[];
  writableThere: string[];
  undecided: { readonly user: string; readonly faults: readonly FaultKind[] }[];
  refused: { readonly user: string; readonly why: string }[];
}

export const ALONE =
  'no other process of the ledger runs: do not wait until all of them know that the take-over is on';

export const withUserOptions = (command: Command): Command =>
  command
    .option('--all', 'all accounts')
    .option('--share <percent>', 'this share of all accounts, always the same ones')
    .option('--users <file>', 'the ids in this file');

export function addOpenCommand(program: Command, toAction: ToAction): void {
  withUserOptions(program.command('open'))
    .summary('take accounts over: freeze them there, and open them here')
    .description(
      'Freezes each account in the old database, which waits for its writers alone; reads all of it ' +
        'again under its lock; imports what is new, changed or gone; and opens it here with its batches ' +
        'and consumptions. An account that needs a decision, or whose writers take too long, goes on there. ' +
        'Killed or without an answer, it goes on when it is run again.',
    )
    .requiredOption('--from <url>', 'the old database itself: not a replica of it')
    .option('--by <name>', 'who opens')
    .option('--wait-ms <ms>', 'how long the writers of an account are waited for', '1000')
    .option('--at-once <n>', 'how many accounts are opened at a time', '8')
    .option(
      '--freeze-by-word',
      'the old service is stopped, which the events say: tables without triggers are opened, too',
    )
    .option('--alone', ALONE)
    .option('--json', 'print JSON for programs')
    .action(toAction(runOpen));
}

async function runOpen(context: CommandContext, options: Options): Promise<ExitStatus> {
  const report = await withSession(context, options, (open) =>
    withOldDatabase(options.from, async (client) => {
      const users = await chooseUsers(context, options, client);
      return openAll(context, open, users, options);
    }),
  );
  const text = options.json === true ? `${JSON.stringify(jsonOf(report))}\n` : textOf(report);
  await print(context.terminal.out, text);
  const { busy, undecided, refused, writableThere } = report;
  const left = busy.length + undecided.length + refused.length + writableThere.length;
  return left === 0 ? 0 : 1;
}

interface OpenAllOptions {
  readonly from: string;
  readonly waitMs: string;
  readonly atOnce: string;
  readonly freezeByWord?: boolean;
  readonly alone?: boolean;
}

/** Opens accounts, and tries those again whose writers took too long. */
export async function openAll(
  context: CommandContext,
  open: OpenSession,
  users: readonly string[],
  options: OpenAllOptions,
): Promise<OpenReport> {
  if (options.alone !== true && open.takeOver.from > new Date().toISOString()) {
    throw new CannotImportError(
      `the take-over is on from ${open.takeOver.from}: open no account before`,
    );
  }
  const report: OpenReport = {
    opened: 0,
    openedBefore: 0,
    points: 0,
    pauses: [],
    busy: [],
    handedBack: [],
    writableThere: [],
    undecided: [],
    refused: [],
  };
  const progress = new Progress(context.terminal, 'accounts', () => report.opened);
  progress.setTotal(users.length);
  try {
    await withClients(options.from, wholeNumber('--at-once', options.atOnce), async (clients) => {
      const [first] = clients;
      if (first === undefined) return;
      const tables = await findTables(first, open.takeOver.mapping);
      if (options.freezeByWord !== true) await requireGuards(first, tables);
      await requireSameTime(first, open.session.ledger);
      let left = users;
      for (let round = 0; round < ROUNDS_MAX && left.length > 0; round += 1) {
        report.busy = [];
        await openRound(clients, tables, open, left, report, options);
        left = report.busy;
      }
    });
    return report;
  } finally {
    progress.end();
  }
}

/** Where a table has no triggers its writers would go on, and what they write would be lost. */
async function requireGuards(client: pg.Client, tables: OldTables): Promise<void> {
  const names = await unguardedTables(client, guardedTables(tables));
  if (names.length === 0) return;
  throw new CannotImportError(
    `nothing holds the writers of ${names.join(' and ')}: run \`prepare\` with the mapping of \`start\``,
  );
}

const CLOCKS_DIFFER_MS_MAX = 5_000;

/**
 * An account is open from the moment at which the old database froze it: commands are told by it from those
 * that the old service may have carried out.
 */
async function requireSameTime(client: pg.Client, { store }: Ledger): Promise<void> {
  const { rows } = await client.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
  );
  const aheadMs = (rows[0]?.ms ?? 0) - (await store.timeOfDay());
  if (Math.abs(aheadMs) <= CLOCKS_DIFFER_MS_MAX) return;
  const seconds = Math.abs(aheadMs / 1_000).toFixed(1);
  throw new CannotImportError(
    `the clock of the old database is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the ledger: ` +
      'set them right first',
  );
}

const openRound = (
  clients: readonly pg.Client[],
  tables: OldTables,
  { session, termsAt }: OpenSession,
  users: readonly string[],
  report: OpenReport,
  { waitMs, freezeByWord }: OpenAllOptions,
): Promise<void> =>
  forEachAtOnce(users, clients.length, async (user, worker) => {
    const client = clients[worker];
    if (client === undefined) return;
    const result = await openAccount(client, tables, session, user, {
      waitMsMax: wholeNumber('--wait-ms', waitMs),
      frozenBy: freezeByWord === true ? 'word' : 'trigger',
      termsAt,
    });
    note(report, user, result);
  });

function note(report: OpenReport, user: string, result: OpenResult): void {
  switch (result.kind) {
    case 'opened':
      report.opened += 1;
      report.points += result.balance;
      report.pauses.push(result.pausedMs);
      return;
    case 'opened before':
      report.openedBefore += 1;
      return;
    case 'busy':
      report.busy.push(user);
      return;
    case 'writable there':
      report.writableThere.push(user);
      return;
    case 'handed back':
      report.handedBack.push(user);
      return;
    case 'undecided':
      report.undecided.push({ user, faults: [...new Set(result.faults.map(({ kind }) => kind))] });
      return;
    case 'refused':
      report.refused.push({ user, why: result.why });
  }
}

async function withClients(
  url: string,
  count: number,
  work: (clients: readonly pg.Client[]) => Promise<void>,
  clients: readonly pg.Client[] = [],
): Promise<void> {
  if (clients.length === count) return work(clients);
  await withOldDatabase(url, (client) => withClients(url, count, work, [...clients, client]));
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (/^\d{1,6}$/.test(text) && number > 0) return number;
  throw new CannotImportError(`${option} must be a whole number above 0`);
}

/** The pause that one in a hundred exceeds. */
function percentile(pauses: readonly number[], share: number): number {
  const sorted = pauses.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

const jsonOf = ({ pauses, ...report }: OpenReport) => ({
  ...report,
  pause_ms: {
    p50: percentile(pauses, 0.5),
    p99: percentile(pauses, 0.99),
    max: percentile(pauses, 1),
  },
});

function textOf(report: OpenReport): string {
  const {
    opened,
    openedBefore,
    points,
    pauses,
    busy,
    handedBack,
    writableThere,
    undecided,
    refused,
  } = report;
  const lines = [
    `${formatNumber(opened)} accounts opened, with ${formatNumber(points)} points; ${formatNumber(openedBefore)} were opened before`,
    `writers of an account were held off for ${percentile(pauses, 0.99).toFixed(0)} ms (p99), ${percentile(pauses, 1).toFixed(0)} ms at most`,
    ...busy.slice(0, NAMED_MAX).map((user) => `BUSY ${user}: one of its writers takes too long`),
    ...writableThere
      .slice(0, NAMED_MAX)
      .map((user) => `WRITABLE THERE ${user}: it is open here, and compare says what was written`),
    ...handedBack.slice(0, NAMED_MAX).map((user) => `HANDED BACK ${user}`),
    ...undecided
      .slice(0, NAMED_MAX)
      .map(({ user, faults }) => `UNDECIDED ${user}: ${faults.join(', ')}`),
    ...refused.slice(0, NAMED_MAX).map(({ user, why }) => `REFUSED ${user}: ${why}`),
  ];
  return `${lines.join('\n')}\n`;
}
