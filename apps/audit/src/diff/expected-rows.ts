import {
  emptyAccount,
  evolve,
  parseEvent,
  rulesOf,
  type LedgerEvent,
  type RulesNumber,
} from '#ledger';
import { rowsOf } from '#read-model';
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
  type ExpectedConsumption,
} from './expected-consumption.js';

type ExpectedBatch = Record<string, Value> & { points: number; remaining: number };
type ExpectedRecharge = Record<string, Value> & { reversed: number; reinstated: number };

/** The rows that the events of one account lead to. They are not computed by the code that writes the tables. */
export class ExpectedRows {
  readonly #account = emptyAccount();
  readonly #transactions = new Map<string, Row>();
  readonly #batches = new Map<string, ExpectedBatch>();
  readonly #consumptions = new Map<number, ExpectedConsumption>();
  readonly #recharges = new Map<string, ExpectedRecharge>();
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
    this.#changeConsumption(event, revision);
    this.#changeRecharge(event, revision);
    if (event.type === 'ConsumptionSettled') this.#fillInDuration(event);
  }

  /** `rowIdOf` gives the id of the first row of an event in the table. */
  rowsOf(
    table: TableName,
    rowIdOf: (revision: number) => number | undefined,
  ): ReadonlyMap<string, Row> {
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
    const { revision, balance, held, owed, at } = this.#account;
    if (revision < 0) return new Map();
    const row = { user_id: this.user, balance, held, revision, updated_at: at, owed };
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

  #changeConsumption(event: LedgerEvent, revision: number): void {
    if (event.type === 'PointsConsumed' && event.of === null) {
      this.#consumptions.set(revision, beginConsumption(this.user, revision, event));
      return;
    }
    const consumption = 'of' in event && this.#consumptions.get(event.of ?? -1);
    if (!consumption) return;
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
    const key = `${durationOf}/0`;
    const row = this.#transactions.get(key);
    if (row !== undefined) this.#transactions.set(key, { ...row, duration, updated_at: at });
  }
}
