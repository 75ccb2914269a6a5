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
  Handled,
  IncomingMessage,
  IncomingMessages,
  MessageReceiver,
  OutcomeSink,
  OutgoingMessage,
} from '#kafka';
import type { LedgerCommand } from '#ledger';
import { NotAllowed, type Denial, type Senders } from '#senders';
import { readCommandMessage, type CommandMessage } from './command-message.js';
import { deadLetter } from './dead-letter.js';
import { SILENT_INTAKE, type IntakeObserver } from './intake-observer.js';

export interface IntakeParts {
  /** Resolves when the answer is durable. */
  readonly run: (
    command: LedgerCommand,
    origin: Origin,
    options?: RunOptions,
  ) => Promise<CommandResult>;
  /** Who may send what. */
  readonly senders: Senders;
  readonly sink: OutcomeSink;
  /** Others may have written to any account. */
  readonly forget: () => void;
  readonly now: () => number;
  readonly observer?: IntakeObserver;
  /** What becomes of messages that can't be decoded. Default: dead letters. */
  readonly undecodable?: UndecodablePolicy;
}

export const UNDECODABLE_POLICIES = ['dead-letter', 'stand-still'] as const;
export type UndecodablePolicy = (typeof UNDECODABLE_POLICIES)[number];

/** The operator wants to look before anything is passed over: the partition waits. */
export class StandsStill extends Error {
  override readonly name = 'StandsStill';
}

/** Hands commands to the desk in their order; answers each; its offset moves only behind the answer. */
export class Intake implements MessageReceiver {
  readonly #parts: IntakeParts;
  readonly #observer: IntakeObserver;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#observer = parts.observer ?? SILENT_INTAKE;
  }

  async handle(messages: IncomingMessages): Promise<Handled> {
    const nowMs = this.#parts.now();
    const read = messages.map((message) => readCommandMessage(message, nowMs, this.#parts.senders));
    const answers = await Promise.allSettled(
      read.map((one, index) => this.#answer(one, messages[index] as IncomingMessage)),
    );
    const failed = answers.findIndex(({ status }) => status === 'rejected');
    const through = failed < 0 ? answers : answers.slice(0, failed);
    const outgoing = through.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (outgoing.length > 0) await this.#parts.sink.send(outgoing);
    if (failed < 0) return { kind: 'all' };
    const trouble: unknown = (answers[failed] as PromiseRejectedResult).reason;
    return { kind: 'some', done: failed, trouble };
  }

  async giveUp(message: IncomingMessage, bug: unknown): Promise<void> {
    await this.#parts.sink.send([this.#bury(message, 'Failed', String(bug))]);
  }

  ownershipLost(): void {
    this.#parts.forget();
  }

  /** What goes out for one message. Rejects where it has to come again. */
  async #answer(one: CommandMessage, message: IncomingMessage): Promise<OutgoingMessage[]> {
    if (one.kind === 'dead') {
      if (one.reason === 'Undecodable' && this.#parts.undecodable === 'stand-still') {
        throw new StandsStill(`a message batch can't be decoded: ${one.detail}`);
      }
      const letter = this.#bury(message, one.reason, one.detail);
      if (one.outcome === null) return [letter];
      const { body, id } = one.outcome;
      return [letter, { topic: TOPICS.outcomes, ...outcomeMessage(body, id, one.traceparent) }];
    }
    if (one.kind === 'forbidden') return [this.#forbid(message, one.denial)];
    const { command, origin } = one;
    try {
      const answered = await one.right.carryOut(command, (checkRecording) =>
        this.#parts.run(command, origin, { checkRecording }),
      );
      return [this.#outcome(one, answered)];
    } catch (error) {
      if (error instanceof NotAllowed) return [this.#forbid(message, error.denial)];
      // No repeat will help this account, and the others of the partition must not wait for it.
      if (isOfOneAccount(error)) return [this.#bury(message, 'AccountStopped', String(error))];
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

  #forbid(message: IncomingMessage, denial: Denial): OutgoingMessage {
    this.#observer.forbidden(denial);
    return this.#bury(message, 'NotAllowed', denial.detail);
  }

  #bury(
    message: IncomingMessage,
    reason: Parameters<IntakeObserver['buried']>[1],
    detail: string,
  ): OutgoingMessage {
    this.#observer.buried(message, reason, detail);
    return deadLetter(message, reason, detail);
  }
}

function isOfOneAccount(error: unknown): boolean {
  if (error instanceof AccountDamaged || error instanceof DecisionFailed) return true;
  if (!(error instanceof PermanentStoreError)) return false;
  return ['event-id-reused', 'append-too-large', 'invalid-event'].includes(error.code);
}
