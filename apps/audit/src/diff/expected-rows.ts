import {
  LegacyStatement,
  emptyAccount,
  evolve,
  parseEvent,
  rulesOf,
  type AccountOpened,
  type LedgerEvent,
  type OpeningBatch,
  type RulesNumber,
} from '#ledger';
import { rowsOf, type NewTransactionRow } from '#read-model';
import type { StoredEvent } from '../store/event-source.js';
import type { Row, TableName, Value } from './row-differences.js';
import {
  applyCharge,
  applyCollection,
  applyExtension,
  applyForgiving,
  beginConsumption,
  applyRefund,
  consumptionRow,
  applySettlement,
  openedConsumption,
  type ExpectedConsumption,
  type RowIdOf,
  type RowPlace,
} from './expected-consumption.js';

type ExpectedBatch = Record<string, Value> & { points: number; remaining: number };
type ExpectedRecharge = Record<string, Value> & { reversed: number; reinstated: number };

type ImportChange = NonNullable<ReturnType<typeof rowsOf>['takeOver']>;

/** Times of another service have microseconds, which the tables leave away where there are none. */
const shortTime = (time: string): string => time.replace(/(?<=\.\d{3})000Z$/, 'Z');

const keyOf = ({ revision, line }: RowPlace): string => `${revision}/${line}`;

const rechargeOf = (user: string, of: number, batch: OpeningBatch): ExpectedRecharge => ({
  user_id: user,
  revision: of,
  recharge_id: batch.rechargeId,
  batch_id: batch.batchId,
  points: batch.points,
  reversed: 0,
  reinstated: 0,
  source_id: batch.sourceId,
});

/** The rows that the events of one account lead to. They are not computed by the code that writes the tables. */
export class ExpectedRows {
  readonly #account = emptyAccount();
  readonly #transactions = new Map<string, Row>();
  readonly #batches = new Map<string, ExpectedBatch>();
  readonly #consumptions = new Map<number, ExpectedConsumption>();
  readonly #recharges = new Map<string, ExpectedRecharge>();
  readonly #legacy = new LegacyStatement();
  /** Where its legacy rows were first said, by the ids that they had. */
  readonly #legacyPlaces = new Map<string, RowPlace>();
  #newestRules: RulesNumber = 1;

  constructor(readonly user: string) {}

  /** How many events were added. */
  get events(): number {
    return this.#account.revision + 1;
  }

  /** The rules of its newest event. */
  get rules(): RulesNumber {
    return this.#newestRules;
  }

  /** Throws if the event can't be read or applied. `verify` reports such damage of the store. */
  add(stored: StoredEvent): void {
    const event = parseEvent(stored);
    evolve(this.#account, event);
    this.#newestRules = rulesOf(event);
    const { revision } = this.#account;
    const rows = rowsOf(this.user, revision, event);
    for (const row of rows.transactions) {
      this.#transactions.set(`${row.revision}/${row.line}`, { ...row });
    }
    for (const change of rows.batches) this.#changeBatch(change, revision, event.at);
    if (rows.takeOver !== null) this.#takeOver(rows.takeOver, event);
    this.#changeConsumption(event, revision);
    this.#changeRecharge(event, revision);
    if (event.type === 'ConsumptionSettled') this.#fillInDuration(event);
  }

  rowsOf(table: TableName, rowIdOf: RowIdOf): ReadonlyMap<string, Row> {
    switch (table) {
      case 'transactions':
        return this.#transactions;
      case 'accounts':
        return this.#accounts();
      case 'batches':
        return this.#batches;
      case 'recharges':
        return this.#recharges;
      case 'consumptions':
        return new Map(
          [...this.#consumptions].map(([revision, consumption]) => [
            String(revision),
            consumptionRow(consumption, rowIdOf),
          ]),
        );
    }
  }

  #accounts(): ReadonlyMap<string, Row> {
    const { revision, held, owed, at, takeOver } = this.#account;
    if (revision < 0) return new Map();
    const isOpened = takeOver?.phase !== 'imported';
    const row = {
      user_id: this.user,
      // Until it is opened, the account has what the last of its legacy rows says.
      balance: isOpened ? this.#account.balance : this.#legacy.balance,
      held,
      revision,
      updated_at: at,
      owed,
      take_over: takeOver?.phase ?? null,
      legacy_through: takeOver?.throughId ?? null,
    };
    return new Map([[this.user, row]]);
  }

  #changeBatch(
    { batch_id, pointsIn, remaining, initial }: ReturnType<typeof rowsOf>['batches'][number],
    revision: number,
    at: string,
  ): void {
    const key = String(batch_id);
    const known = this.#batches.get(key);
    if (known !== undefined) {
      known.points += pointsIn;
      known.remaining += remaining;
      return;
    }
    this.#batches.set(key, {
      user_id: this.user,
      batch_id,
      points: pointsIn,
      remaining,
      priority: initial?.priority ?? null,
      expires_at: initial?.expires_at ?? null,
      grace: initial?.grace ?? null,
      revision,
      line: initial?.line ?? null,
      created_at: at,
    });
  }

  #takeOver(change: ImportChange, event: LedgerEvent): void {
    if (change.kind === 'rows' && event.type === 'LegacyRowsImported') {
      this.#legacy.apply(event);
      for (const id of change.gone) this.#removeLegacy(id);
      for (const { legacyId, row } of change.said) {
        if (row === null) this.#removeLegacy(legacyId);
        else this.#sayLegacy(legacyId, row);
      }
    }
    if (event.type === 'AccountOpened') this.#open(event);
  }

  /** A row that is said again stays where it was first said. */
  #sayLegacy(legacyId: string, row: NewTransactionRow): void {
    const { revision, line } = this.#legacyPlaces.get(legacyId) ?? row;
    this.#legacyPlaces.set(legacyId, { revision, line });
    const [created_at, updated_at] = [shortTime(row.created_at), shortTime(row.updated_at)];
    const times = { created_at, updated_at };
    this.#transactions.set(keyOf({ revision, line }), { ...row, ...times, revision, line });
  }

  #removeLegacy(legacyId: string): void {
    const place = this.#legacyPlaces.get(legacyId);
    if (place === undefined) return;
    this.#legacyPlaces.delete(legacyId);
    this.#transactions.delete(keyOf(place));
  }

  #open(event: AccountOpened): void {
    const { batches, closed, open } = event;
    let of = -(batches.length + closed.length + open.length);
    for (const [line, batch] of batches.entries()) {
      const { batchId: batch_id, points, remaining, priority, expiresAt, createdAt } = batch;
      const { revision } = this.#account;
      this.#batches.set(String(batch_id), {
        user_id: this.user,
        batch_id,
        points,
        remaining,
        priority,
        expires_at: expiresAt,
        grace: false,
        revision,
        line,
        created_at: createdAt,
      });
      if (batch.rechargeId !== null)
        this.#recharges.set(String(of), rechargeOf(this.user, of, batch));
      of += 1;
    }
    for (const one of [...closed, ...open]) {
      const places = one.rows.flatMap((id) => this.#legacyPlaces.get(id) ?? []);
      for (const place of places) this.#change(keyOf(place), { consumption_of: of });
      this.#consumptions.set(of, openedConsumption(this.user, of, one, places[0] ?? null));
      of += 1;
    }
  }

  #change(key: string, changes: Row): void {
    const row = this.#transactions.get(key);
    if (row !== undefined) this.#transactions.set(key, { ...row, ...changes });
  }

  #changeConsumption(event: LedgerEvent, revision: number): void {
    if (event.type === 'PointsConsumed' && event.of === null) {
      this.#consumptions.set(revision, beginConsumption(this.user, revision, event));
      return;
    }
    const of = 'of' in event ? event.of : null;
    const consumption = of === null ? undefined : this.#consumptions.get(of);
    if (consumption === undefined) return;
    if (event.type === 'PointsConsumed') applyCharge(consumption, revision, event);
    else if (event.type === 'ConsumptionExtended') applyExtension(consumption, event);
    else if (event.type === 'PointsRefunded') applyRefund(consumption, event);
    else if (event.type === 'ConsumptionSettled') applySettlement(consumption, event);
    else if (event.type === 'DebtCollected') applyCollection(consumption, event);
    else if (event.type === 'DebtForgiven') applyForgiving(consumption, event);
  }

  /** What was reversed and what was reinstated are sums that only grow. */
  #changeRecharge(event: LedgerEvent, revision: number): void {
    if (event.type === 'PointsRecharged') {
      this.#recharges.set(String(revision), {
        user_id: this.user,
        revision,
        recharge_id: event.rechargeId,
        batch_id: event.batchId,
        points: event.points,
        reversed: 0,
        reinstated: 0,
        source_id: event.sourceId,
      });
      return;
    }
    if (event.type !== 'RechargeReversed' && event.type !== 'RechargeReinstated') return;
    const recharge = this.#recharges.get(String(event.of));
    if (recharge === undefined) return;
    if (event.type === 'RechargeReversed') {
      recharge.reversed += event.points + event.owed + event.uncollected;
    } else {
      recharge.reinstated += event.points + event.forgiven + event.waived;
    }
  }

  #fillInDuration({
    durationOf,
    duration,
    at,
  }: Extract<LedgerEvent, { type: 'ConsumptionSettled' }>): void {
    if (durationOf === null || duration === null) return;
    const legacyRow = this.#consumptions.get(durationOf)?.legacyRow;
    const place = durationOf < 0 ? legacyRow : { revision: durationOf, line: 0 };
    if (place != null) this.#change(keyOf(place), { duration, updated_at: at });
  }
}
