import {
  analyseAccount,
  readRows,
  type ComparedTypes,
  type Difference,
  type RawAccount,
  type RawJob,
  type TakeOverTerms,
} from '#import';
import { rowsDigest } from '#identity';
import type { Account, AccountOpened, ShownLegacyRow } from '#ledger';
import type { NewTransactionRow } from '#read-model';
import type { AccountHistory } from '../accounts/account-history.js';
import type { BatchHere } from '../accounts/changes-since-opening.js';

type Type = keyof ComparedTypes;
export const TYPES = ['recharge', 'consume', 'expire', 'refund'] as const satisfies readonly Type[];

/** Rows and points of each type. */
export type TypeTotals = Record<Type, { rows: number; points: number }>;

/** The points of an account that can be spent, and those of what is not ended. */
export interface AccountPoints {
  readonly balance: number;
  readonly held: number;
  readonly open: number;
  /** What is left in batches, by the month of their expiry. */
  readonly expiring: ReadonlyMap<string, number>;
}

/** What one side says of an account. */
export interface AccountSide {
  readonly rows: number;
  readonly digest: string;
  readonly types: TypeTotals;
  /** Of the last row that can be shown. */
  readonly lastBalance: number;
  /** What an opening says; null: it is not opened, or, there, something is undecided. */
  readonly points: AccountPoints | null;
}

export interface AccountComparison {
  readonly user: string;
  readonly phase: 'none' | 'began here' | 'imported' | 'opened' | 'handed_back';
  readonly there: AccountSide;
  readonly here: AccountSide;
  /** What the account has now; null: it is not opened here. */
  readonly now: (AccountPoints & { readonly types: TypeTotals; readonly owed: number }) | null;
  readonly adjusted: AccountOpened['adjusted'];
}

export interface ComparisonTerms {
  /** By which the old table is read now. */
  readonly now: TakeOverTerms;
  /** By which the account was opened; null: it is not opened. */
  readonly opening: TakeOverTerms | null;
}

/**
 * The old table stands still once an account is opened. So both sides are compared as of the opening, by the
 * terms of that moment, and what moved here since stands beside them. Only its jobs go on ending: those that
 * were not ended then are the ones that the opening names.
 */
export function compareAccount(
  raw: RawAccount,
  { account, statement, since }: AccountHistory,
  terms: ComparisonTerms,
): AccountComparison {
  const opening = since?.opening ?? null;
  const then = opening === null ? raw : { ...raw, jobs: jobsOf(opening) };
  const analysed = analyseAccount(then, terms.opening ?? terms.now);
  const thereDigest = rowsDigest(analysed.rows.map(({ row }) => row));
  const hereDigest = rowsDigest(statement.standing());
  // What was written there after the opening is dated ahead of it, and could not be shown by its terms.
  const rows = thereDigest === hereDigest ? analysed.rows : readRows(raw, terms.now);
  const shownThere = rows.flatMap(({ shown }) => shown ?? []);
  const shownHere = statement.shown();
  return {
    user: raw.userId,
    phase: phaseOf(account),
    there: {
      rows: rows.length,
      digest: thereDigest,
      types: typeTotals(shownThere),
      lastBalance: shownThere.at(-1)?.after ?? 0,
      points: analysed.opening && openingPoints(analysed.opening),
    },
    here: {
      rows: statement.count,
      digest: hereDigest,
      types: typeTotals(shownHere),
      lastBalance: shownHere.at(-1)?.balanceAfter ?? 0,
      points: opening && openingPoints(opening),
    },
    now: since && {
      balance: account.balance,
      held: account.held,
      open: account.openOrder.size,
      owed: account.owed,
      expiring: expiringOf(since.batches.values()),
      types: typeTotals(since.rows.slice(opening?.adjusted?.row ? 1 : 0)),
    },
    adjusted: opening?.adjusted ?? null,
  };
}

function phaseOf({ revision, takeOver }: Account): AccountComparison['phase'] {
  if (takeOver !== null) return takeOver.phase;
  return revision < 0 ? 'none' : 'began here';
}

const jobsOf = ({ open }: AccountOpened): readonly RawJob[] =>
  open.map(({ consumptionId }) => ({ ids: [consumptionId], settleBy: null }));

type CountedRow = Pick<ShownLegacyRow | NewTransactionRow, 'type' | 'amount'>;

function typeTotals(rows: readonly CountedRow[]): TypeTotals {
  const totals: TypeTotals = {
    recharge: { rows: 0, points: 0 },
    consume: { rows: 0, points: 0 },
    expire: { rows: 0, points: 0 },
    refund: { rows: 0, points: 0 },
  };
  for (const { type, amount } of rows) {
    totals[type].rows += 1;
    totals[type].points += amount;
  }
  return totals;
}

const openingPoints = ({
  balance,
  batches,
  open,
}: Pick<AccountOpened, 'balance' | 'batches' | 'open'>): AccountPoints => ({
  balance,
  held: open.flatMap(({ draws }) => draws).reduce((held, { points }) => held + points, 0),
  open: open.length,
  expiring: expiringOf(batches),
});

function expiringOf(
  batches: Iterable<Pick<BatchHere, 'remaining' | 'expiresAt'>>,
): ReadonlyMap<string, number> {
  const months = new Map<string, number>();
  for (const { remaining, expiresAt } of batches) {
    if (remaining === 0) continue;
    const month = expiresAt === null ? 'never' : expiresAt.slice(0, 'YYYY-MM'.length);
    months.set(month, (months.get(month) ?? 0) + remaining);
  }
  return months;
}

/** What is not the same on both sides. An account that was handed back goes on there, and is not compared. */
export function differencesOf(compared: AccountComparison): Difference[] {
  const { user, phase, there, here } = compared;
  const found: Difference[] = [];
  const differ = (what: string, one: string | number, other: string | number): void => {
    if (one !== other) found.push({ user, what, there: one, here: other });
  };
  if (phase === 'handed_back') return [];
  if (phase === 'none' || phase === 'began here') {
    differ('stream', 'rows', phase);
    return found;
  }
  differ('rows', there.rows, here.rows);
  differ('digest', there.digest, here.digest);
  differ('balance', there.lastBalance, here.lastBalance);
  for (const type of TYPES) differ(type, there.types[type].points, here.types[type].points);
  if (here.points === null) return found;
  if (there.points === null) {
    differ('opening', 'undecided', here.points.balance);
    return found;
  }
  differ('opening', there.points.balance, here.points.balance);
  differ('held', there.points.held, here.points.held);
  differ('open', there.points.open, here.points.open);
  const [one, other] = [there.points.expiring, here.points.expiring];
  for (const month of new Set([...one.keys(), ...other.keys()])) {
    differ(`expires ${month}`, one.get(month) ?? 0, other.get(month) ?? 0);
  }
  return found;
}
