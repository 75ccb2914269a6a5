import type { Command, CommandOptions } from '../protocol/command.js';
import type {
  CommandDataOf,
  ConsumeData,
  ExtendData,
  SettleData,
} from '../protocol/command-data.js';
import { InvalidCommandError, isNotCarriedOut } from '../protocol/errors.js';
import type { CommandType } from '../protocol/names.js';
import type { Clock } from '../support/clock.js';
import { messageOf, type Log } from '../support/log.js';
import type { RunOptions } from './execute-command.js';
import type { Accepted, CommandResult, Refused, Unknown, WaitOptions } from './results.js';

/** What is consumed and for how long it is held, in seconds. */
export interface HoldData extends ConsumeData {
  readonly settle_within: number;
}

export interface KeepAlive {
  /** How much longer the hold stays open with each extension, in seconds. Default: its `settle_within`. */
  readonly extendBySeconds?: number;
  /** How long it is kept alive in all. Then it is left to its time-out. */
  readonly forSecondsMax: number;
}

export interface HoldOptions extends CommandOptions, WaitOptions {
  /** Extends the hold while work goes on. */
  readonly keepAlive?: KeepAlive;
  /** How long a settlement is repeated before it is left to be resumed. */
  readonly settleTimeoutMs?: number;
}

export type Cost = Pick<SettleData, 'points' | 'quantity' | 'duration' | 'overrun' | 'metadata'>;

type Prepare = <T extends CommandType>(
  type: T,
  data: CommandDataOf[T],
  options: CommandOptions,
) => Command;

type Run = (command: Command, options?: RunOptions) => Promise<CommandResult>;

interface HoldContext extends HoldOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Also while the client closes. */
  readonly runToTheEnd: Run;
  readonly onEnd: (hold: Hold) => void;
}

/** Finished work must be booked: a settlement is repeated for longer than another call. */
const SETTLE_TIMEOUT_MS = 60_000;
/** An extension is sent when that part of the time is over, so that several can fail before it is too late. */
const EXTEND_AT = 1 / 3;
/** However little time is left, a failed extension is not tried again at once. */
const LEFT_SECONDS_MIN = 10;
/** Refusals after which no extension can succeed, and nothing is held any more. */
const LOST = ['ConsumptionTimedOut', 'ConsumptionClosed', 'UnknownConsumption'];

export async function openHold(
  prepare: Prepare,
  run: Run,
  data: HoldData,
  context: HoldContext,
): Promise<Hold | Refused | Unknown> {
  const named = prepare('ConsumePoints', data, context);
  // Named by the id of its command, so that it can be settled before its outcome is known, and after a restart.
  const consumptionId = data.consumption_id ?? named.id;
  const command = prepare(
    'ConsumePoints',
    { ...data, consumption_id: consumptionId },
    { ...context, id: named.id },
  );
  const opened = await run(command, context);
  if (opened.status !== 'accepted') return opened;
  const { userId } = command;
  if (opened.outcome.replayed) {
    const over = await whyItIsOver(
      prolongation(prepare, { userId, consumptionId }, data.settle_within, context.clock),
      run,
      context,
    );
    if (over !== null) return over;
  }
  return new Hold({ userId, consumptionId, opened, data }, prepare, run, context);
}

/** A repeat is answered by what was true at first: only prolonging tells whether the hold is still open. */
async function whyItIsOver(
  command: Command,
  run: Run,
  options: WaitOptions,
): Promise<Refused | null> {
  try {
    const result = await run(command, options);
    return result.status === 'refused' && LOST.includes(result.code) ? result : null;
  } catch (error) {
    // Rules 1 prolong nothing, so that nobody can tell.
    if (error instanceof InvalidCommandError) return null;
    throw error;
  }
}

/**
 * The time tells extensions apart, those of a process before this one too. They move no points. In milliseconds: one
 * that repeats another is answered by what was true then, and the hold may be closed since.
 */
function prolongation(
  prepare: Prepare,
  { userId, consumptionId }: Pick<HeldConsumption, 'userId' | 'consumptionId'>,
  settleWithin: number,
  clock: Clock,
): Command {
  const step = `${settleWithin} s at ${clock.now()} ms`;
  const data = { user_id: userId, consumption_id: consumptionId, settle_within: settleWithin };
  return prepare('ExtendConsumption', data, { step });
}

interface HeldConsumption {
  readonly userId: string;
  readonly consumptionId: string;
  readonly opened: Accepted;
  readonly data: HoldData;
}

/**
 * Points that are held for work. `await using hold = await client.hold(…)`: leaving without a settlement
 * cancels it. **Once a settlement was sent, nothing here cancels it any more**, whatever came of it: a cancel
 * of settled work would refund it. A process that is killed leaves the hold to its time-out.
 */
export class Hold implements AsyncDisposable {
  /** Tells it from a refusal, and from what is unknown. */
  readonly status = 'held';
  readonly consumption_id: string;
  readonly user_id: string;
  /** The answer to the hold itself. */
  readonly opened: Accepted;
  readonly #lost = new AbortController();
  #settlement: Command | null = null;
  /** It was surely not carried out, so that another one may follow it. */
  #mayBeReplaced = false;
  /** It was sent, and nobody knows what became of it. */
  #mayBeDone = false;
  #refusals = 0;
  #settling: Promise<CommandResult> | null = null;
  #cancelling: Promise<CommandResult> | null = null;
  #stopTimer: () => void = () => undefined;
  #keepsAlive = false;
  #extensions = 0;
  readonly #openedAtMs: number;

  constructor(
    private readonly held: HeldConsumption,
    private readonly prepare: Prepare,
    private readonly run: Run,
    private readonly context: HoldContext,
  ) {
    this.consumption_id = held.consumptionId;
    this.user_id = held.userId;
    this.opened = held.opened;
    this.#openedAtMs = context.clock.now();
    if (context.keepAlive !== undefined) {
      this.#keepsAlive = true;
      this.#scheduleExtension(context.keepAlive, held.data.settle_within);
    }
  }

  /** Aborts when the ledger says that the points are not held any more, so that work can stop. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Settles at the real cost. It is repeated with the same id until its answer is known, or its time is over:
   * then it is unknown, and calling it again, or `resume`, goes on with the same settlement. One that was refused,
   * or not taken at all, may be followed by another one.
   */
  async settle(
    cost: Cost = {},
    options: CommandOptions & WaitOptions = {},
  ): Promise<CommandResult> {
    if (this.#cancelling !== null) throw new Error(`The hold ${this.consumption_id} is cancelled`);
    const data = { ...cost, user_id: this.user_id, consumption_id: this.consumption_id };
    const isNamed = options.id !== undefined || options.step !== undefined;
    // A refused id stays refused.
    const next = !isNamed && this.#refusals > 0 ? { step: String(this.#refusals + 1) } : {};
    const command = this.prepare('SettleConsumption', data, { ...options, ...next });
    const sent = this.#mayBeReplaced ? null : this.#settlement;
    if (sent !== null && (sent.value !== command.value || sent.id !== command.id)) {
      throw new Error(`The hold ${this.consumption_id} is settled already, at another cost`);
    }
    this.#settlement = sent ?? command;
    this.stopKeepingAlive();
    this.#settling ??= this.#settle(this.#settlement, options).finally(() => {
      this.#settling = null;
    });
    return this.#settling;
  }

  async #settle(command: Command, options: WaitOptions): Promise<CommandResult> {
    const { settleTimeoutMs = SETTLE_TIMEOUT_MS, runToTheEnd } = this.context;
    const { timeoutMs = settleTimeoutMs, signal } = options;
    const mayBeDone = this.#mayBeDone;
    const wait = { timeoutMs, untilKnown: true, mayBeDone, ...(signal && { signal }) };
    this.#mayBeReplaced = false;
    try {
      const result = await runToTheEnd(command, wait);
      this.#mayBeDone = result.status === 'unknown';
      this.#mayBeReplaced = result.status === 'refused';
      if (result.status === 'refused') this.#refusals += 1;
      if (result.status !== 'unknown') this.context.onEnd(this);
      return result;
    } catch (error) {
      this.#mayBeReplaced = isNotCarriedOut(error);
      throw error;
    }
  }

  /**
   * Holds for longer, or more, or both. Without a name each call is one more extension. Those of time alone are told
   * apart by the time; those of points by their count, so that work that is begun again holds them once.
   */
  async extend(
    by: Pick<ExtendData, 'settle_within' | 'points' | 'quantity' | 'duration'>,
    options: CommandOptions & WaitOptions = {},
  ): Promise<CommandResult> {
    const { settle_within: within, ...more } = by;
    const isNamed = [options.id, options.task, options.step].some((name) => name !== undefined);
    const isMore = Object.values(more).some((value) => (value ?? null) !== null);
    if (typeof within === 'number' && !isMore && !isNamed) {
      return this.run(prolongation(this.prepare, this.held, within, this.context.clock), options);
    }
    this.#extensions += 1;
    const data = { ...by, user_id: this.user_id, consumption_id: this.consumption_id };
    const step = options.step ?? String(this.#extensions);
    const command = this.prepare('ExtendConsumption', data, { ...options, step });
    return this.run(command, options);
  }

  /** Returns the points. It throws once a settlement was sent. */
  async cancel(reason?: string, options: WaitOptions = {}): Promise<CommandResult> {
    if (this.#settlement !== null) {
      throw new Error(`The hold ${this.consumption_id} is settled: a cancel would refund it`);
    }
    this.stopKeepingAlive();
    this.#cancelling ??= this.#cancel(reason, options);
    return this.#cancelling;
  }

  async #cancel(reason: string | undefined, options: WaitOptions): Promise<CommandResult> {
    const of = { user_id: this.user_id, consumption_id: this.consumption_id };
    const name = { step: 'cancel' };
    // One that was found again may be settled meanwhile by the process that opened it. A refund would return that,
    // and a settlement at nothing is refused.
    const command = this.opened.outcome.replayed
      ? this.prepare('SettleConsumption', { ...of, points: 0 }, name)
      : this.prepare('RefundPoints', { ...of, ...(reason !== undefined && { reason }) }, name);
    const result = await this.context.runToTheEnd(command, options);
    if (result.status !== 'unknown') this.context.onEnd(this);
    return result;
  }

  /** Cancels what nobody settled. A settlement on its way is waited for, and never cancelled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopKeepingAlive();
    try {
      if (this.#settlement !== null) this.#logSettled(await this.#settling);
      else this.#logLeft(await this.cancel());
    } catch (error) {
      // Thrown from here it would hide the error for which the work was left. The points are not lost.
      this.#logLeft(error);
    } finally {
      this.context.onEnd(this);
    }
  }

  /** null: its answer was known before. */
  #logSettled(result: CommandResult | null): void {
    if (result === null || result.status === 'accepted') return;
    this.context.log({
      level: 'error',
      msg: 'settlement was not accepted',
      consumption_id: this.consumption_id,
      reason: result.status === 'refused' ? result.code : result.reason,
    });
  }

  #logLeft(how: unknown): void {
    const { status, code } = (how ?? {}) as { readonly status?: string; readonly code?: string };
    if (status === 'accepted') return;
    this.context.log({
      level: 'warn',
      msg: 'hold was left, and is returned when it times out',
      consumption_id: this.consumption_id,
      reason: code ?? status ?? messageOf(how),
    });
  }

  /** It is left to its time-out from now on, unless it is settled or cancelled before. */
  stopKeepingAlive(): void {
    this.#keepsAlive = false;
    this.#stopTimer();
  }

  #scheduleExtension(keepAlive: KeepAlive, openForSeconds: number): void {
    this.#stopTimer = this.context.clock.after(openForSeconds * EXTEND_AT * 1_000, () => {
      void this.#keepAlive(keepAlive, openForSeconds);
    });
  }

  async #keepAlive(keepAlive: KeepAlive, openForSeconds: number): Promise<void> {
    const { clock, log } = this.context;
    const { extendBySeconds = this.held.data.settle_within, forSecondsMax } = keepAlive;
    if (!this.#keepsAlive) return;
    if (clock.now() - this.#openedAtMs >= forSecondsMax * 1_000) {
      log({
        level: 'warn',
        msg: 'hold is kept alive no longer',
        consumption_id: this.consumption_id,
      });
      return;
    }
    const failed = (reason: string): void =>
      log({
        level: 'warn',
        msg: 'hold could not be extended',
        consumption_id: this.consumption_id,
        reason,
      });
    const command = prolongation(this.prepare, this.held, extendBySeconds, clock);
    const result = await this.run(command).catch((error: unknown) => messageOf(error));
    if (typeof result === 'string') failed(result);
    else if (result.status === 'refused') {
      failed(result.code);
      if (LOST.includes(result.code)) this.#lost.abort(new Error(result.detail));
      return;
    }
    if (!this.#keepsAlive) return;
    const isExtended = typeof result !== 'string' && result.status === 'accepted';
    // After a failure what is left remains for other tries.
    const leftSeconds = Math.max(openForSeconds * (1 - EXTEND_AT), LEFT_SECONDS_MIN);
    this.#scheduleExtension(keepAlive, isExtended ? extendBySeconds : leftSeconds);
  }
}
