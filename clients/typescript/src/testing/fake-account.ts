import type { CommandDataOf } from '../protocol/command-data.js';
import type { RefusalCode } from '../protocol/outcome.js';

/** Why a command is refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

export interface Moved {
  readonly points?: number | null;
  readonly collected?: number | null;
  readonly uncollected?: number | null;
  readonly consumptionId?: string;
  readonly rechargeId?: string;
}

interface Consumption {
  readonly sourceType: string;
  status: 'open' | 'closed' | 'timed out';
  /** What is charged now, or held. */
  charged: number;
  owed: number;
}

interface Recharge {
  readonly points: number;
  reversed: number;
}

type Measure = Pick<CommandDataOf['ConsumePoints'], 'points' | 'quantity' | 'duration'>;

const orNull = (points: number): number | null => (points === 0 ? null : points);

/** One account of the fake: one balance without batches, of which nothing expires. */
export class FakeAccount {
  balance = 0;
  owed = 0;
  readonly #consumptions = new Map<string, Consumption>();
  readonly #recharges = new Map<string, Recharge>();

  constructor(private readonly prices: Readonly<Record<string, number>>) {}

  get held(): number {
    const open = [...this.#consumptions.values()].filter(({ status }) => status === 'open');
    return open.reduce((sum, { charged }) => sum + charged, 0);
  }

  recharge(data: CommandDataOf['RechargePoints'], commandId: string): Moved {
    const rechargeId = data.recharge_id ?? commandId;
    if (this.#recharges.has(rechargeId)) {
      throw new Refusal('RechargeIdReused', `The recharge ${rechargeId} was already made`);
    }
    this.#recharges.set(rechargeId, { points: data.points, reversed: 0 });
    const collected = this.#add(data.points);
    return { points: data.points, collected: orNull(collected), rechargeId };
  }

  consume(data: CommandDataOf['ConsumePoints'], commandId: string): Moved {
    const consumptionId = data.consumption_id ?? commandId;
    if (this.#consumptions.has(consumptionId)) {
      throw new Refusal('ConsumptionIdReused', `Another consumption has the id ${consumptionId}`);
    }
    const points = this.#cost(data, data.source_type);
    this.#take(points);
    const isHeld = (data.settle_within ?? null) !== null;
    this.#consumptions.set(consumptionId, {
      sourceType: data.source_type,
      status: isHeld ? 'open' : 'closed',
      charged: points,
      owed: 0,
    });
    return { points: orNull(points), consumptionId };
  }

  extend(data: CommandDataOf['ExtendConsumption']): Moved {
    const consumption = this.#open(data.consumption_id);
    const isMore = [data.points, data.quantity, data.duration].some(
      (more) => (more ?? null) !== null,
    );
    const more = isMore ? this.#cost(data, consumption.sourceType) : 0;
    this.#take(more);
    consumption.charged += more;
    return { points: orNull(more), consumptionId: data.consumption_id };
  }

  settle(data: CommandDataOf['SettleConsumption']): Moved {
    const { consumption_id: consumptionId } = data;
    const consumption = this.#known(consumptionId);
    if (consumption.status === 'closed') throw closed(consumptionId);
    const actual = this.#cost(data, consumption.sourceType);
    const extra = actual - (consumption.status === 'open' ? consumption.charged : 0);
    const short = Math.max(0, extra - this.balance);
    const overrun = data.overrun ?? 'owe';
    if (short > 0 && overrun === 'refuse') throw this.#insufficient(extra);
    this.balance -= extra - short;
    const owed = overrun === 'owe' ? short : 0;
    this.owed += owed;
    consumption.status = 'closed';
    consumption.charged = actual - short;
    consumption.owed = owed;
    const collected = this.#collect();
    return {
      points: orNull(Math.abs(extra - short)),
      uncollected: short - owed,
      collected: orNull(collected),
      consumptionId,
    };
  }

  refund(data: CommandDataOf['RefundPoints']): Moved {
    const { consumption_id: consumptionId } = data;
    const consumption = this.#known(consumptionId);
    const refundable =
      consumption.status === 'timed out' ? 0 : consumption.charged + consumption.owed;
    const points = data.points ?? refundable;
    if (refundable === 0 && consumption.status !== 'timed out') {
      throw new Refusal('NothingToRefund', `All of the consumption ${consumptionId} was refunded`);
    }
    if (points > refundable) {
      throw new Refusal('RefundExceedsConsumption', `${refundable} points can be refunded`);
    }
    if (consumption.status === 'open' && points < refundable) {
      throw new Refusal('ConsumptionOpen', `The consumption ${consumptionId} is still open`);
    }
    const forgiven = Math.min(points, consumption.owed);
    consumption.owed -= forgiven;
    this.owed -= forgiven;
    consumption.charged -= points - forgiven;
    consumption.status = 'closed';
    const collected = this.#add(points - forgiven);
    return { points: orNull(points - forgiven), collected: orNull(collected), consumptionId };
  }

  reverse(data: CommandDataOf['ReverseRecharge']): Moved {
    const recharge = this.#rechargeOf(data.recharge_id);
    const reversible = recharge.points - recharge.reversed;
    const asked = data.points ?? reversible;
    if (reversible === 0) throw new Refusal('NothingToReverse', 'All points were already reversed');
    if (asked > reversible) {
      throw new Refusal('ReversalExceedsRecharge', `${reversible} points can be reversed`);
    }
    const points = Math.min(asked, this.balance);
    const short = asked - points;
    const owed = (data.shortfall ?? 'owe') === 'owe' ? short : 0;
    recharge.reversed += asked;
    this.balance -= points;
    this.owed += owed;
    return { points: orNull(points), uncollected: short - owed, rechargeId: data.recharge_id };
  }

  reinstate(data: CommandDataOf['ReinstateRecharge']): Moved {
    const recharge = this.#rechargeOf(data.recharge_id);
    const asked = data.points ?? recharge.reversed;
    if (recharge.reversed === 0) throw new Refusal('NothingToReinstate', 'No points are reversed');
    if (asked > recharge.reversed) {
      throw new Refusal('ReinstatementExceedsReversal', `${recharge.reversed} points are reversed`);
    }
    recharge.reversed -= asked;
    const forgiven = Math.min(asked, this.owed);
    this.owed -= forgiven;
    this.balance += asked - forgiven;
    return { points: orNull(asked - forgiven), rechargeId: data.recharge_id };
  }

  timeOut(consumptionId: string): void {
    const consumption = this.#consumptions.get(consumptionId);
    if (consumption?.status !== 'open') throw new Error(`${consumptionId} is no open hold`);
    consumption.status = 'timed out';
    this.#add(consumption.charged);
    consumption.charged = 0;
  }

  #cost({ points, quantity, duration }: Measure, sourceType: string): number {
    if (points !== undefined && points !== null) return points;
    const price = this.prices[sourceType];
    if (price === undefined) throw new Refusal('NoPrice', `There is no price for ${sourceType}`);
    return Math.ceil(price * (duration ?? quantity ?? 1));
  }

  #take(points: number): void {
    if (points > this.balance) throw this.#insufficient(points);
    this.balance -= points;
  }

  /** Adds points, of which debts are paid first. What they took. */
  #add(points: number): number {
    this.balance += points;
    return this.#collect();
  }

  #collect(): number {
    const collected = Math.min(this.owed, this.balance);
    this.owed -= collected;
    this.balance -= collected;
    return collected;
  }

  #insufficient(asked: number): Refusal {
    const detail = `The balance is ${this.balance} points, and ${asked} were requested`;
    return new Refusal('InsufficientPoints', detail);
  }

  #known(consumptionId: string): Consumption {
    const consumption = this.#consumptions.get(consumptionId);
    if (consumption !== undefined) return consumption;
    const detail = `No consumption with the id ${consumptionId} is known`;
    throw new Refusal('UnknownConsumption', detail);
  }

  #open(consumptionId: string): Consumption {
    const consumption = this.#known(consumptionId);
    if (consumption.status === 'closed') throw closed(consumptionId);
    if (consumption.status === 'open') return consumption;
    throw new Refusal('ConsumptionTimedOut', `The consumption ${consumptionId} has timed out`);
  }

  #rechargeOf(rechargeId: string): Recharge {
    const recharge = this.#recharges.get(rechargeId);
    if (recharge !== undefined) return recharge;
    throw new Refusal('UnknownRecharge', `No recharge with the id ${rechargeId} is known`);
  }
}

const closed = (consumptionId: string): Refusal =>
  new Refusal('ConsumptionClosed', `The consumption ${consumptionId} is closed`);
