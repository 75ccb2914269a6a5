import type { ComparedPoints, ComparedTypes, ComparisonReport, Difference } from '#import';
import {
  TYPES,
  differencesOf,
  type AccountComparison,
  type AccountPoints,
  type TypeTotals,
} from './compare-account.js';

const DIFFERENCES_MAX = 1_000;

/** What a comparison says in total. Where, when and by whom is said beside it. */
export type Totals = Omit<
  ComparisonReport,
  'importId' | 'mapDigest' | 'from' | 'by' | 'at' | 'position' | 'accountsDigest'
>;

type Side = 'there' | 'here' | 'since';

/** Adds accounts up, both sides as of the opening, and what moved here since. */
export class ComparisonTotals {
  #accounts = 0;
  #imported = 0;
  #opened = 0;
  #owed = 0;
  #count = 0;
  readonly #handedBack = { accounts: 0, points: 0 };
  readonly #undecided = { accounts: 0, points: 0 };
  readonly #adjusted = { accounts: 0, added: 0, taken: 0 };
  readonly #rows = { there: 0, here: 0, since: 0 };
  readonly #types: ComparedTypes = {
    recharge: noRows(),
    consume: noRows(),
    expire: noRows(),
    refund: noRows(),
  };
  readonly #balance = noPoints();
  readonly #held = { there: 0, here: 0, since: 0 };
  readonly #open = { there: 0, here: 0, since: 0 };
  readonly #expiring = new Map<string, ComparedPoints>();
  readonly #differences: Difference[] = [];

  add(compared: AccountComparison): void {
    const { phase, there, here, now } = compared;
    this.#accounts += 1;
    for (const difference of differencesOf(compared)) {
      this.#count += 1;
      if (this.#differences.length < DIFFERENCES_MAX) this.#differences.push(difference);
    }
    if (phase === 'handed_back') {
      this.#handedBack.accounts += 1;
      this.#handedBack.points += there.lastBalance;
      return;
    }
    if (phase !== 'none' && phase !== 'began here') this.#imported += 1;
    this.#rows.there += there.rows;
    this.#rows.here += here.rows;
    this.#addTypes('there', there.types);
    this.#addTypes('here', here.types);
    if (now === null || here.points === null) this.#addNotOpened(compared);
    else this.#addOpened(compared, here.points, now);
  }

  #addOpened(
    { there, adjusted }: AccountComparison,
    here: AccountPoints,
    now: NonNullable<AccountComparison['now']>,
  ): void {
    this.#opened += 1;
    this.#owed += now.owed;
    this.#addTypes('since', now.types);
    this.#rows.since += TYPES.reduce((rows, type) => rows + now.types[type].rows, 0);
    if (there.points !== null) this.#addPoints('there', there.points, 1);
    this.#addPoints('here', here, 1);
    this.#addPoints('since', now, 1);
    this.#addPoints('since', here, -1);
    if (adjusted === null) return;
    this.#adjusted.accounts += 1;
    if (adjusted.row === null) return;
    this.#adjusted[adjusted.row.type === 'expire' ? 'taken' : 'added'] += adjusted.row.amount;
  }

  #addNotOpened({ there }: AccountComparison): void {
    this.#balance.notOpened += there.lastBalance;
    if (there.points === null) {
      this.#undecided.accounts += 1;
      this.#undecided.points += there.lastBalance;
      return;
    }
    for (const [month, points] of there.points.expiring) this.#month(month).notOpened += points;
  }

  #addTypes(side: Side, totals: TypeTotals): void {
    for (const type of TYPES) {
      const total = this.#types[type][side];
      total.rows += totals[type].rows;
      total.points += totals[type].points;
    }
  }

  #addPoints(side: Side, { balance, held, open, expiring }: AccountPoints, sign: 1 | -1): void {
    this.#balance[side] += sign * balance;
    this.#held[side] += sign * held;
    this.#open[side] += sign * open;
    for (const [month, points] of expiring) this.#month(month)[side] += sign * points;
  }

  #month(month: string): ComparedPoints {
    const known = this.#expiring.get(month) ?? noPoints();
    this.#expiring.set(month, known);
    return known;
  }

  /** Months in order; `never` stands behind all of them. */
  result(): Totals {
    const months = [...this.#expiring].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
      ok: this.#count === 0,
      accounts: this.#accounts,
      imported: this.#imported,
      opened: this.#opened,
      handedBack: this.#handedBack,
      undecided: this.#undecided,
      rows: this.#rows,
      types: this.#types,
      balance: this.#balance,
      held: this.#held,
      open: this.#open,
      owed: this.#owed,
      adjusted: this.#adjusted,
      expiring: Object.fromEntries(months),
      count: this.#count,
      differences: this.#differences,
    };
  }
}

const noPoints = (): ComparedPoints => ({ there: 0, here: 0, since: 0, notOpened: 0 });

const noRows = () => ({
  there: { rows: 0, points: 0 },
  here: { rows: 0, points: 0 },
  since: { rows: 0, points: 0 },
});
