import { epochMs, type ClosedAtOpening } from '#ledger';
import type { Faults } from '../faults.js';
import type { ShownRow } from './legacy-row.js';
import { DAY_MS, type TakeOverTerms } from './terms.js';

type Draw = ClosedAtOpening['draws'][number];

/** The consume rows of one id, and what of them has not come back. */
export interface LegacyConsumption {
  readonly id: string;
  /** null: its rows stay history, and nothing of it can be settled or refunded here. */
  readonly business: string | null;
  readonly rows: readonly ShownRow[];
  readonly draws: Draw[];
}

/** The consumptions of an account, from rows by id. `unfinished` has the ids of the jobs. */
export function readConsumptions(
  rows: readonly ShownRow[],
  noBatch: number,
  unfinished: ReadonlySet<string>,
  terms: TakeOverTerms,
  faults: Faults,
): readonly LegacyConsumption[] {
  const consumptions = groupRows(rows, unfinished, terms, faults);
  new DrawReading(consumptions, noBatch, terms, faults).read(rows);
  return [...consumptions.values()];
}

export const firstRow = ({ rows }: Pick<LegacyConsumption, 'rows'>): ShownRow =>
  rows[0] as ShownRow;
export const lastRow = ({ rows }: Pick<LegacyConsumption, 'rows'>): ShownRow =>
  rows.at(-1) as ShownRow;

/** What happened before it can't be refunded any more. */
export const refundableFrom = ({ at, limits }: TakeOverTerms): number =>
  epochMs(at) - limits.refundableDays * DAY_MS;

function groupRows(
  rows: readonly ShownRow[],
  unfinished: ReadonlySet<string>,
  terms: TakeOverTerms,
  faults: Faults,
): Map<string, LegacyConsumption> {
  const grouped = new Map<string, ShownRow[]>();
  for (const row of rows) {
    if (row.type !== 'consume' || row.consumptionId === null) continue;
    const group = grouped.get(row.consumptionId);
    if (group === undefined) grouped.set(row.consumptionId, [row]);
    else group.push(row);
  }
  const consumptions = new Map<string, LegacyConsumption>();
  const from = refundableFrom(terms);
  for (const [id, group] of grouped) {
    const isAskedFor = unfinished.has(id) || lastRow({ rows: group }).createdMs >= from;
    const business = businessOf(group, isAskedFor, terms, faults);
    consumptions.set(id, { id, business, rows: group, draws: [] });
  }
  return consumptions;
}

function businessOf(
  group: readonly ShownRow[],
  isAskedFor: boolean,
  { mapping: { sharedIds } }: TakeOverTerms,
  faults: Faults,
): string | null {
  const first = firstRow({ rows: group });
  const areSeveral = group.some(({ business }) => business !== first.business);
  if (!areSeveral && !areFarApart(group)) return first.business;
  if (isAskedFor) {
    const names = [...new Set(group.map(({ sourceType }) => sourceType ?? 'none'))].join(', ');
    const what = areSeveral
      ? `is the id of consumptions of ${names}`
      : 'is the id of consumptions that are more than a day apart';
    const detail = `${JSON.stringify(first.consumptionId)} ${what}`;
    faults.decide('SharedId', sharedIds !== undefined, first.id, detail);
  }
  return sharedIds === 'together' && !areSeveral ? first.business : null;
}

/** Rows of one consumption stand together, and those of a project do not. */
function areFarApart(group: readonly ShownRow[]): boolean {
  let [earliest, latest] = [Infinity, -Infinity];
  for (const { createdMs } of group) {
    earliest = Math.min(earliest, createdMs);
    latest = Math.max(latest, createdMs);
  }
  return latest - earliest > DAY_MS;
}

const pointsOf = ({ draws }: LegacyConsumption): number =>
  draws.reduce((sum, { points }) => sum + points, 0);

/** Goes through the rows in their order: consume rows draw, and refund rows take from what was drawn. */
class DrawReading {
  /** By business, in the order in which they began. */
  readonly #begun = new Map<string, LegacyConsumption[]>();
  /** Of which a row was met, those that stay history too. */
  readonly #met = new Set<LegacyConsumption>();
  readonly #from: number;

  constructor(
    private readonly consumptions: ReadonlyMap<string, LegacyConsumption>,
    private readonly noBatch: number,
    private readonly terms: TakeOverTerms,
    private readonly faults: Faults,
  ) {
    this.#from = refundableFrom(terms);
  }

  read(rows: readonly ShownRow[]): void {
    for (const row of rows) {
      if (row.type === 'consume') this.#draw(row);
      else if (row.type === 'refund') this.#refund(row);
    }
  }

  #draw(row: ShownRow): void {
    const consumption = this.#consumptionOf(row);
    if (consumption === undefined) return;
    const isFirst = !this.#met.has(consumption);
    this.#met.add(consumption);
    if (consumption.business === null) return;
    if (isFirst) {
      const begun = this.#begun.get(consumption.business);
      if (begun === undefined) this.#begun.set(consumption.business, [consumption]);
      else begun.push(consumption);
    }
    consumption.draws.push({ batchId: row.batchId ?? this.noBatch, points: row.amount });
  }

  #refund(row: ShownRow): void {
    const consumption = this.#consumptionOf(row);
    const hasBegun = consumption !== undefined && this.#met.has(consumption);
    if (hasBegun && consumption.business === null) return;
    const held = hasBegun ? pointsOf(consumption) : 0;
    if (hasBegun && held > 0) this.#takeBack(consumption, row, Math.min(held, row.amount));
    if (held >= row.amount || row.createdMs < this.#from) return;
    const isOfNothing = held === 0;
    const { refunds } = this.terms.mapping;
    const what = isOfNothing
      ? `gives back ${row.amount} points of nothing`
      : `gives back ${row.amount} points of ${held}`;
    this.faults.decide('Refund', refunds !== undefined, row.id, what);
    if (refunds !== 'newest' || !isOfNothing) return;
    const newest = this.#newestThatHolds(row);
    if (newest !== undefined) this.#takeBack(newest, row, row.amount);
  }

  #consumptionOf({ consumptionId }: ShownRow): LegacyConsumption | undefined {
    return consumptionId === null ? undefined : this.consumptions.get(consumptionId);
  }

  #newestThatHolds({ business, amount }: ShownRow): LegacyConsumption | undefined {
    const begun = business === null ? [] : (this.#begun.get(business) ?? []);
    return begun.findLast((consumption) => pointsOf(consumption) >= amount);
  }

  /** From the draws of the batch that the row names, latest first, then from the end. */
  #takeBack({ draws }: LegacyConsumption, row: ShownRow, points: number): void {
    const batch = row.batchId ?? this.noBatch;
    const left = takeFromEnd(draws, points, (draw) => draw.batchId === batch);
    takeFromEnd(draws, left, () => true);
  }
}

/** Returns what could not be taken. */
function takeFromEnd(draws: Draw[], points: number, isMeant: (draw: Draw) => boolean): number {
  let left = points;
  for (let at = draws.length - 1; at >= 0 && left > 0; at -= 1) {
    const draw = draws[at];
    if (draw === undefined || !isMeant(draw)) continue;
    const taken = Math.min(left, draw.points);
    left -= taken;
    if (taken === draw.points) draws.splice(at, 1);
    else draws[at] = { batchId: draw.batchId, points: draw.points - taken };
  }
  return left;
}
