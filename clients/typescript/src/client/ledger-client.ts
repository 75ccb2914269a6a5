import { prepareCommand, type Command, type CommandOptions } from '../protocol/command.js';
import type {
  CommandDataOf,
  ConsumeData,
  ExpireData,
  ExtendData,
  RechargeData,
  RefundData,
  ReinstateData,
  ReverseData,
  SettleData,
} from '../protocol/command-data.js';
import { ClientClosedError } from '../protocol/errors.js';
import type { CommandType } from '../protocol/names.js';
import type { LedgerReader } from '../reading/ledger-reader.js';
import { ReadTimeoutError } from '../reading/read-error.js';
import { BACKOFF, type BackoffLimits } from '../support/backoff.js';
import { SYSTEM_CLOCK, type Clock } from '../support/clock.js';
import { SILENT, type Log } from '../support/log.js';
import { settledUntil } from '../support/settled-until.js';
import { installedTracing } from '../support/installed-tracing.js';
import { NO_SPAN, NO_TRACING, type Span, type Tracing } from '../support/tracing.js';
import type { Transport } from '../transport/transport.js';
import { executeCommand, type ExecutionContext, type RunOptions } from './execute-command.js';
import { Hold, openHold, type HoldData, type HoldOptions } from './hold.js';
import {
  RefusedError,
  UnknownOutcomeError,
  accepted,
  refused,
  unknown,
  type CommandResult,
  type Refused,
  type Unknown,
  type WaitOptions,
} from './results.js';
import { Unresolved } from './unresolved.js';

export interface LedgerClientOptions {
  /** `kafkaTransport(…)` of `@points-ledger/client/kafka`, `httpTransport(…)`, or that of the fake. */
  readonly transport: Transport;
  /** For `outcome` after a restart. Commands over Kafka alone can't be looked up without it. */
  readonly reader?: Pick<LedgerReader, 'outcome'>;
  /** How long a call waits for its answer, where it does not say. */
  readonly timeoutMs?: number;
  /** How long `close` waits for calls in flight, where it does not say. */
  readonly closeMs?: number;
  readonly backoff?: BackoffLimits;
  readonly log?: Log;
  /** Default: that of `@opentelemetry/api` where it is installed. null: no spans. */
  readonly tracing?: Tracing | null;
  readonly clock?: Clock;
}

export type CallOptions = CommandOptions & WaitOptions;

const TIMEOUT_MS = 30_000;
const CLOSE_MS = 10_000;

/**
 * Sends commands to the ledger, each carried out once however often it is sent. Refusals are results; only
 * what a service does wrong is thrown: an invalid command, or one that it may not send.
 */
export class LedgerClient implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #reader: Pick<LedgerReader, 'outcome'> | null;
  readonly #context: ExecutionContext;
  readonly #tracing: Tracing;
  readonly #closeMs: number;
  readonly #unresolved = new Unresolved();
  readonly #holds = new Set<Hold>();
  readonly #calls = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;
  readonly #closed = new AbortController();

  constructor(options: LedgerClientOptions) {
    const { transport, reader = null, clock = SYSTEM_CLOCK, log = SILENT } = options;
    this.#transport = transport;
    this.#reader = reader;
    this.#tracing =
      options.tracing === undefined ? installedTracing() : (options.tracing ?? NO_TRACING);
    this.#closeMs = options.closeMs ?? CLOSE_MS;
    this.#context = {
      transport,
      clock,
      log,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      backoff: options.backoff ?? BACKOFF,
      closed: this.#closed.signal,
      resume: (command, more) => this.#run(command, more),
    };
  }

  /** The source of its commands, from which ids are derived. */
  get source(): string {
    return this.#transport.source;
  }

  consume(data: ConsumeData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('ConsumePoints', data, options);
  }

  settle(data: SettleData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('SettleConsumption', data, options);
  }

  extend(data: ExtendData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('ExtendConsumption', data, options);
  }

  refund(data: RefundData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('RefundPoints', data, options);
  }

  recharge(data: RechargeData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('RechargePoints', data, options);
  }

  reverse(data: ReverseData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('ReverseRecharge', data, options);
  }

  reinstate(data: ReinstateData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('ReinstateRecharge', data, options);
  }

  expire(data: ExpireData, options?: CallOptions): Promise<CommandResult> {
    return this.#call('ExpirePoints', data, options);
  }

  /**
   * Holds points for work that is settled at its real cost. It throws where nothing is held, so that no
   * work is done for which nobody pays: `RefusedError`, such as for too few points, or `UnknownOutcomeError`.
   */
  async hold(data: HoldData, options: HoldOptions = {}): Promise<Hold> {
    const held = await this.tryHold(data, options);
    if (held instanceof Hold) return held;
    if (held.status === 'refused') throw new RefusedError(held);
    throw new UnknownOutcomeError(held);
  }

  /** The same with a refusal as a result. What is unknown can be resumed, and is returned when it times out. */
  async tryHold(data: HoldData, options: HoldOptions = {}): Promise<Hold | Refused | Unknown> {
    const held = await openHold(this.#prepare.bind(this), this.#run.bind(this), data, {
      ...options,
      clock: this.#context.clock,
      log: this.#context.log,
      runToTheEnd: this.#runToTheEnd.bind(this),
      onEnd: (hold) => this.#holds.delete(hold),
    });
    if (!(held instanceof Hold)) return held;
    // It was opened while the client closed.
    if (this.#closing !== null) held.stopKeepingAlive();
    this.#holds.add(held);
    return held;
  }

  /** A command that is ready to be sent, for an outbox: a repeat sends the same id and the same bytes. */
  prepare<T extends CommandType>(
    type: T,
    data: CommandDataOf[T],
    options?: CommandOptions,
  ): Command {
    return prepareCommand(type, data, this.source, options);
  }

  /** Sends a prepared command and waits for its answer. */
  execute(command: Command, options?: WaitOptions): Promise<CommandResult> {
    return this.#run(command, options);
  }

  /** Sends without waiting for the outcome. Resolves when nothing can lose the command any more. */
  async publish(command: Command, { timeoutMs, signal }: WaitOptions = {}): Promise<void> {
    this.#assertOpen();
    const untilMs = this.#context.clock.now() + (timeoutMs ?? this.#context.timeoutMs);
    const { span, traced } = this.#startSpan(command);
    try {
      await this.#transport.publish(traced, { untilMs, signal });
      span.end({ status: 'published' });
    } catch (error) {
      span.end({ status: 'error', error });
      throw error;
    }
  }

  /**
   * The outcome of a command that was sent before, by this process or by another. A command of this process
   * is sent again, which is safe, and any other is looked up as long as the ledger remembers its answer.
   */
  async outcome(
    id: string,
    options: WaitOptions & { readonly user_id?: string } = {},
  ): Promise<CommandResult> {
    const { user_id: userId, ...wait } = options;
    const command = this.#unresolved.find(id, userId);
    if (command !== undefined) return this.#run(command, { ...wait, mayBeDone: true });
    if (this.#reader === null || userId === undefined) {
      const missing = this.#reader === null ? 'the client has no reader' : 'no user is named';
      throw new TypeError(`The command ${id} is none of this process, and ${missing}`);
    }
    const again = (more?: WaitOptions) => this.outcome(id, { ...more, user_id: userId });
    const notFound = (reason: string) => unknown({ id, userId }, reason, again);
    const name = { user_id: userId, command_source: this.source, command_id: id };
    try {
      const found = await this.#reader.outcome(name, wait);
      if (found === null) return notFound('the ledger knows no answer to it');
      return found.status === 'accepted' ? accepted(found) : refused(found);
    } catch (error) {
      if (wait.signal?.aborted === true) return notFound('the caller stopped waiting');
      if (!(error instanceof ReadTimeoutError)) throw error;
      return notFound(error.message);
    }
  }

  /**
   * Takes no new command, sends what is queued, and waits for calls in flight. Those that are not answered by
   * then are unknown. A hold can be settled or cancelled meanwhile; one that stays open is left to its time-out.
   */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? this.#closeMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    const { clock } = this.#context;
    const untilMs = clock.now() + timeoutMs;
    for (const hold of this.#holds) hold.stopKeepingAlive();
    while (this.#calls.size > 0 && clock.now() < untilMs) {
      await settledUntil(clock, untilMs, [...this.#calls]);
    }
    this.#closed.abort();
    await this.#transport.close(untilMs);
  }

  #call<T extends CommandType>(
    type: T,
    data: CommandDataOf[T],
    options: CallOptions = {},
  ): Promise<CommandResult> {
    return this.#run(this.#prepare(type, data, options), options);
  }

  #prepare<T extends CommandType>(
    type: T,
    data: CommandDataOf[T],
    options: CommandOptions,
  ): Command {
    return prepareCommand(type, data, this.source, options);
  }

  async #run(command: Command, options?: RunOptions): Promise<CommandResult> {
    this.#assertOpen();
    return this.#runToTheEnd(command, options);
  }

  /** Also while the client closes, which waits for it. */
  async #runToTheEnd(command: Command, options?: RunOptions): Promise<CommandResult> {
    if (this.#closed.signal.aborted) throw new ClientClosedError();
    const call = this.#execute(command, options);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #execute(command: Command, options?: RunOptions): Promise<CommandResult> {
    const { span, traced } = this.#startSpan(command);
    this.#unresolved.add(traced);
    try {
      const result = await executeCommand(traced, this.#context, options);
      if (result.status !== 'unknown') this.#unresolved.remove(traced);
      span.end({ status: result.status });
      return result;
    } catch (error) {
      this.#unresolved.remove(traced);
      span.end({ status: 'error', error });
      throw error;
    }
  }

  /** A trace that the command has already is passed on as it is. */
  #startSpan(command: Command): { readonly span: Span; readonly traced: Command } {
    if (this.#tracing === NO_TRACING) return { span: NO_SPAN, traced: command };
    const span = this.#tracing.startSpan(`points ${command.type}`, {
      'points.command_id': command.id,
      'points.user_id': command.userId,
    });
    const { traceparent } = span;
    const isTraced = traceparent === null || command.traceparent !== null;
    return { span, traced: isTraced ? command : { ...command, traceparent } };
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new ClientClosedError();
  }
}
