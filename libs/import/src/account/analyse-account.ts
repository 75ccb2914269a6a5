import {
  BALANCE_MAX,
  HOLD_DAYS_MAX,
  epochMs,
  type ClosedAtOpening,
  type OpenAtOpening,
  type OpeningBatch,
} from '#ledger';
import { Faults, type Fault } from '../faults.js';
import { parseLegacyTime, toMilliseconds } from '../reading/legacy-time.js';
import type { RawAccount, RawJob } from '../reading/raw-record.js';
import { believedBalance, type BelievedBalance } from './believed-balance.js';
import { derivedBatchId } from './batch-numbers.js';
import { countChainFaults } from './chain.js';
import {
  firstRow,
  lastRow,
  readConsumptions,
  refundableFrom,
  type LegacyConsumption,
} from './consumptions.js';
import type { ReadRow, ShownRow } from './legacy-row.js';
import type { Opening } from './opening.js';
import { openingBatches } from './opening-batches.js';
import { readBatches } from './read-batch.js';
import { readRow } from './read-row.js';
import { DAY_MS, type TakeOverTerms } from './terms.js';
import { joinedId, usableSourceId } from './texts.js';

export interface AnalysedAccount {
  readonly rows: readonly ReadRow[];
  readonly faults: readonly Fault[];
  /** null: something is undecided, and the account can't be opened. */
  readonly opening: Opening | null;
}

/** The rows of an account alone: what is imported before it is opened. */
export function readRows(raw: RawAccount, terms: TakeOverTerms): readonly ReadRow[] {
  const faults = new Faults();
  return raw.rows.map((row) => readRow(row, raw.userId, terms, faults));
}

/**
 * Everything that importing says of one account, from its rows, its batches and its unfinished jobs of
 * one moment: what `check` reports, what `run` imports, and what `open` opens it with.
 */
export function analyseAccount(raw: RawAccount, terms: TakeOverTerms): AnalysedAccount {
  const faults = new Faults();
  const rows = raw.rows.map((row) => readRow(row, raw.userId, terms, faults));
  countChainFaults(rows, faults);
  const shown = rows.flatMap((row) => row.shown ?? []);
  const opening = openAccount(raw, shown, terms, faults);
  return { rows, faults: faults.all, opening: faults.hasUndecided ? null : opening };
}

function openAccount(
  raw: RawAccount,
  rows: readonly ShownRow[],
  terms: TakeOverTerms,
  faults: Faults,
): Opening {
  const { userId } = raw;
  const noBatch = derivedBatchId(userId, 'none');
  const jobs = readJobs(raw.jobs, terms, faults);
  const consumptions = readConsumptions(rows, noBatch, new Set(jobs.keys()), terms, faults);
  const open = openConsumptions(consumptions, jobs, terms);
  const closed = closedConsumptions(consumptions, new Set(open), terms);
  countLostJobs(jobs, consumptions, faults);
  const legacyBatches = readBatches(raw.batches, userId, terms, faults);
  const lastBalance = rows.at(-1)?.after ?? 0;
  const believed = believedBalance(userId, lastBalance, legacyBatches, terms, faults);
  const drawn = drawnFrom([...open, ...closed]);
  const { batches: left } = believed;
  const batches = openingBatches({ userId, rows, noBatch, batches: left, drawn }, terms);
  checkLimits(believed, open, batches, terms, faults);
  return {
    balance: believed.balance,
    batches,
    closed: closed.map((one) => closedAtOpening(one, terms)),
    open: open.map((one) => openAtOpening(one, jobs.get(one.id), terms)),
    adjusted: believed.adjusted,
  };
}

/** By the id of their consumption. */
function readJobs(
  jobs: readonly RawJob[],
  { mapping }: TakeOverTerms,
  faults: Faults,
): Map<string, RawJob> {
  const byId = new Map<string, RawJob>();
  for (const job of jobs) {
    const id = joinedId(job.ids);
    if (id === null) faults.count('NoId', null, 'an unfinished job names no consumption');
    else byId.set(id, job);
    const { settleBy = null } = job;
    if (settleBy === null) continue;
    const time = parseLegacyTime(settleBy, mapping.zone);
    if (time.kind === 'time' || time.kind === 'infinity' || time.kind === 'late') continue;
    const why = time.kind === 'no zone' ? 'tells no zone: name it as "zone"' : 'is no time';
    faults.undecided('Time', null, `${settleBy}, when an unfinished job is given up, ${why}`);
  }
  return byId;
}

function countLostJobs(
  jobs: ReadonlyMap<string, RawJob>,
  consumptions: readonly LegacyConsumption[],
  faults: Faults,
): void {
  const known = new Set(consumptions.flatMap(({ id, business }) => (business === null ? [] : id)));
  for (const id of jobs.keys()) {
    if (!known.has(id)) faults.count('NoId', null, `no row is of the unfinished job ${id}`);
  }
}

/** What the jobs name and has points drawn. Oldest first. */
const openConsumptions = (
  consumptions: readonly LegacyConsumption[],
  jobs: ReadonlyMap<string, RawJob>,
  terms: TakeOverTerms,
): LegacyConsumption[] =>
  consumptions
    .filter(({ id, business, draws }) => jobs.has(id) && business !== null && draws.length > 0)
    .sort((one, other) => byTime(firstRow(one), firstRow(other), terms));

/** The newest of those that can still be refunded. Oldest first. */
function closedConsumptions(
  consumptions: readonly LegacyConsumption[],
  open: ReadonlySet<LegacyConsumption>,
  terms: TakeOverTerms,
): LegacyConsumption[] {
  const from = refundableFrom(terms);
  const closed = consumptions
    .filter((one) => one.business !== null && !open.has(one) && lastRow(one).createdMs >= from)
    .sort((one, other) => byTime(lastRow(one), lastRow(other), terms));
  return closed.slice(Math.max(0, closed.length - terms.limits.consumptionsMax));
}

/** Both by what an event will say, so that equal times keep the order of the rows. */
function byTime(one: ShownRow, other: ShownRow, terms: TakeOverTerms): number {
  const [first, second] = [timeOf(one, terms), timeOf(other, terms)];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** A clock of the old service may be a little ahead. */
function timeOf({ createdAt }: ShownRow, { at }: TakeOverTerms): string {
  const time = toMilliseconds(createdAt);
  return time < at ? time : at;
}

const consumptionFields = (consumption: LegacyConsumption, { labels }: TakeOverTerms) => ({
  consumptionId: consumption.id,
  sourceType: consumption.business ?? '',
  sourceId: usableSourceId(firstRow(consumption).sourceId),
  label: labels.get(consumption.business ?? '') ?? '',
  draws: consumption.draws,
  rows: consumption.rows.map(({ id }) => id),
});

const closedAtOpening = (
  consumption: LegacyConsumption,
  terms: TakeOverTerms,
): ClosedAtOpening => ({
  ...consumptionFields(consumption, terms),
  settledAt: timeOf(lastRow(consumption), terms),
});

const HOUR_MS = 3_600_000;

function openAtOpening(
  consumption: LegacyConsumption,
  job: RawJob | undefined,
  terms: TakeOverTerms,
): OpenAtOpening {
  const at = timeOf(firstRow(consumption), terms);
  const openedMs = epochMs(terms.at);
  const latestMs = Math.min(settleByMs(job, terms), epochMs(at) + HOLD_DAYS_MAX * DAY_MS);
  const settleBy = new Date(Math.max(latestMs, openedMs + HOUR_MS)).toISOString();
  return { ...consumptionFields(consumption, terms), at, settleBy };
}

function settleByMs(job: RawJob | undefined, { at, mapping }: TakeOverTerms): number {
  const within = mapping.jobs?.settleWithinSeconds;
  if (within !== undefined) return epochMs(at) + within * 1_000;
  const time = parseLegacyTime(job?.settleBy ?? null, mapping.zone);
  if (time.kind === 'time') return time.ms;
  return time.kind === 'infinity' || time.kind === 'late' ? Infinity : epochMs(at);
}

function drawnFrom(consumptions: readonly LegacyConsumption[]): Map<number, number> {
  const drawn = new Map<number, number>();
  for (const { draws } of consumptions) {
    for (const { batchId, points } of draws) {
      drawn.set(batchId, (drawn.get(batchId) ?? 0) + points);
    }
  }
  return drawn;
}

/** What the ledger can hold of one account, and what has expired by now. */
function checkLimits(
  { balance }: BelievedBalance,
  open: readonly LegacyConsumption[],
  batches: readonly OpeningBatch[],
  { at, limits }: TakeOverTerms,
  faults: Faults,
): void {
  const held = new Set<number>();
  let [heldPoints, draws] = [0, 0];
  for (const consumption of open) {
    draws += consumption.draws.length;
    for (const { batchId, points } of consumption.draws) {
      heldPoints += points;
      held.add(batchId);
    }
  }
  const tooMuch = (what: string): void => faults.undecided('TooMuch', null, what);
  if (balance + heldPoints > BALANCE_MAX)
    tooMuch(`${balance + heldPoints} points with what is held`);
  if (open.length > limits.openMax) tooMuch(`${open.length} unfinished consumptions`);
  if (open.length > 0 && draws >= limits.openDrawsMax) {
    tooMuch(`${draws} draws of unfinished consumptions`);
  }
  const withPoints = batches.filter(({ remaining }) => remaining > 0);
  const used = batches.filter(({ batchId, remaining }) => remaining > 0 || held.has(batchId));
  if (used.length > 2 * limits.batchesMax) tooMuch(`${used.length} batches are used`);
  else if (used.length > limits.batchesMax) {
    faults.count('Full', null, `${used.length} batches are used`);
  }
  for (const { legacyBatchId, expiresAt, remaining } of withPoints) {
    if (expiresAt === null || expiresAt > at) continue;
    faults.count('Overdue', legacyBatchId, `${remaining} points expired at ${expiresAt}`);
  }
}
