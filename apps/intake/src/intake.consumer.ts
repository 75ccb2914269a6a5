import {
  AccountDamaged,
  DecisionFailed,
  type CommandResult,
  type Origin,
  type RunOptions,
} from '#commands';
import { TOPICS, outcomeMessage, toOutcome } from '#contracts';
import { outcomeIdOf } from '#identity';
import { PermanentStoreError } from '#event-store';
import type {
  HandleResult,
  IncomingMessage,
  IncomingMessages,
  MessageHandler,
  OutcomeSink,
  OutgoingMessage,
} from '#kafka';
import type { LedgerCommand } from '#ledger';
import { NotAllowed, type Denial, type Senders } from '#senders';
import { SettingsUnavailable, type SettingsSource } from '#settings';
import { momentOfForm, readCommandMessage, type CommandMessage } from './command-message.js';
import { deadLetter } from './dead-letter.js';
import { SILENT_OBSERVER, type IntakeObserver } from './intake-observer.js';

export interface IntakeConsumerOptions {
  /** Resolves when the answer is durable. */
  readonly execute: (
    command: LedgerCommand,
    origin: Origin,
    options?: RunOptions,
  ) => Promise<CommandResult>;
  /** Messages are read in the form of the rules in force at their time. */
  readonly settings: SettingsSource;
  /** Authenticates the senders and gives their permissions. */
  readonly senders: Senders;
  readonly sink: OutcomeSink;
  /** Called when partitions move: another process may have written to any account. */
  readonly clearCache: () => void;
  readonly now: () => number;
  readonly observer?: IntakeObserver;
  /** What happens to messages that can't be decoded. Default: dead letters. */
  readonly undecodable?: UndecodablePolicy;
}

export const UNDECODABLE_POLICIES = ['dead-letter', 'stand-still'] as const;
export type UndecodablePolicy = (typeof UNDECODABLE_POLICIES)[number];

/** The partition is halted until the operator has examined the undecodable messages. */
export class PartitionHaltedError extends Error {
  override readonly name = 'PartitionHaltedError';
}

/** Executes commands in their order. An offset is committed only after the answer was published. */
export class IntakeConsumer implements MessageHandler {
  readonly #options: IntakeConsumerOptions;
  readonly #observer: IntakeObserver;

  constructor(options: IntakeConsumerOptions) {
    this.#options = options;
    this.#observer = options.observer ?? SILENT_OBSERVER;
  }

  async handle(messages: IncomingMessages): Promise<HandleResult> {
    const { read, unreadCause } = await this.#read(messages);
    const answers = await Promise.allSettled(
      read.map((one, index) => this.#answer(one, messages[index] as IncomingMessage)),
    );
    const failed = answers.findIndex(({ status }) => status === 'rejected');
    const completed = failed < 0 ? answers : answers.slice(0, failed);
    const outgoing = completed.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (outgoing.length > 0) await this.#options.sink.send(outgoing);
    if (failed >= 0) {
      const cause: unknown = (answers[failed] as PromiseRejectedResult).reason;
      return { kind: 'some', done: failed, cause };
    }
    if (read.length === messages.length) return { kind: 'all' };
    return { kind: 'some', done: read.length, cause: unreadCause };
  }

  async sendToDeadLetters(message: IncomingMessage, bug: unknown): Promise<void> {
    await this.#options.sink.send([this.#deadLetter(message, 'Failed', String(bug))]);
  }

  partitionsRevoked(): void {
    this.#options.clearCache();
  }

  /**
   * Reads the messages up to the first one at whose time the settings are not known. Those behind it are
   * delivered again with it, or they would overtake it.
   */
  async #read(
    messages: IncomingMessages,
  ): Promise<{ readonly read: readonly CommandMessage[]; readonly unreadCause: unknown }> {
    const { settings, senders } = this.#options;
    const nowMs = this.#options.now();
    const read: CommandMessage[] = [];
    for (const message of messages) {
      const at = momentOfForm(message, nowMs);
      try {
        // Only where they are not known at once is there a wait, which may be for a read of the store.
        const inForce = settings.peek(at) ?? (await settings.inForceAt(at));
        const { rules } = inForce.settings;
        read.push(readCommandMessage(message, { nowMs, rules, senders }));
      } catch (unreadCause) {
        if (!(unreadCause instanceof SettingsUnavailable)) throw unreadCause;
        return { read, unreadCause };
      }
    }
    return { read, unreadCause: null };
  }

  /** The outgoing messages for one message. Rejects when the message has to be delivered again. */
  async #answer(one: CommandMessage, message: IncomingMessage): Promise<OutgoingMessage[]> {
    if (one.kind === 'dead') {
      if (one.reason === 'Undecodable' && this.#options.undecodable === 'stand-still') {
        throw new PartitionHaltedError(`a message batch can't be decoded: ${one.detail}`);
      }
      const letter = this.#deadLetter(message, one.reason, one.detail);
      if (one.outcome === null) return [letter];
      const { body, id } = one.outcome;
      return [letter, { topic: TOPICS.outcomes, ...outcomeMessage(body, id, one.traceparent) }];
    }
    if (one.kind === 'forbidden') return [this.#rejectForbidden(message, one.denial)];
    const { command, origin } = one;
    try {
      const answered = await one.permission.execute(command, (checkRecording) =>
        this.#options.execute(command, origin, { checkRecording }),
      );
      return [this.#outcome(one, answered)];
    } catch (error) {
      if (error instanceof NotAllowed) return [this.#rejectForbidden(message, error.denial)];
      // A retry can't help this account, and the other accounts of the partition must not wait for it.
      if (stopsOneAccount(error))
        return [this.#deadLetter(message, 'AccountStopped', String(error))];
      throw error;
    }
  }

  #outcome(
    { command, origin }: Extract<CommandMessage, { kind: 'command' }>,
    { answer, position }: CommandResult,
  ): OutgoingMessage {
    this.#observer.answered(command, origin, answer);
    const { revision, code } = answer;
    const id = outcomeIdOf(command.commandId, { revision, code, digest: command.digest });
    const outcome = toOutcome(command, answer, position);
    return { topic: TOPICS.outcomes, ...outcomeMessage(outcome, id, origin.traceparent ?? null) };
  }

  #rejectForbidden(message: IncomingMessage, denial: Denial): OutgoingMessage {
    this.#observer.forbidden(denial);
    return this.#deadLetter(message, 'NotAllowed', denial.detail);
  }

  #deadLetter(
    message: IncomingMessage,
    reason: Parameters<IntakeObserver['deadLettered']>[1],
    detail: string,
  ): OutgoingMessage {
    this.#observer.deadLettered(message, reason, detail);
    return deadLetter(message, reason, detail);
  }
}

function stopsOneAccount(error: unknown): boolean {
  if (error instanceof AccountDamaged || error instanceof DecisionFailed) return true;
  if (!(error instanceof PermanentStoreError)) return false;
  return ['event-id-reused', 'append-too-large', 'invalid-event'].includes(error.code);
}
