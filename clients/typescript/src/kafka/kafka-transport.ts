import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { checkKafkaSource, type Command } from '../protocol/command.js';
import { decideOutcome, type Decision } from '../protocol/decision.js';
import { InvalidCommandError } from '../protocol/errors.js';
import { kafkaMessage } from '../protocol/messages.js';
import { COMMANDS_TOPIC, OUTCOMES_TOPIC } from '../protocol/names.js';
import { parseJson, parseOutcome } from '../protocol/outcome.js';
import type { SigningKey } from '../protocol/signature.js';
import { SYSTEM_CLOCK, type Clock } from '../support/clock.js';
import { SILENT, messageOf, type Log, type LogEntry } from '../support/log.js';
import { settledUntil } from '../support/settled-until.js';
import { within } from '../support/within.js';
import type { AttemptLimits, Transport } from '../transport/transport.js';
import { KafkaSender, type SenderLimits } from './kafka-sender.js';
import { stopIdlePolling } from './kafkajs-idle.js';
import { OutcomeListener } from './outcome-listener.js';
import { WaitingCalls } from './waiting-calls.js';

export interface KafkaTransportOptions {
  /** The `ce_source` of the service, as the ledger's senders file names it. */
  readonly source: string;
  /** The options of kafkajs: brokers, TLS, SASL. */
  readonly kafka: KafkaConfig;
  /** Each message is signed where the sender has a key. */
  readonly signingKey?: SigningKey | null;
  readonly topics?: { readonly commands?: string; readonly outcomes?: string };
  readonly groupPrefix?: string;
  readonly limits?: Partial<SenderLimits>;
  readonly log?: Log;
  readonly clock?: Clock;
}

/** Commands over Kafka. It connects with the first command. */
export function kafkaTransport(options: KafkaTransportOptions): Transport {
  stopIdlePolling();
  const kafka = new Kafka({ logCreator: logCreator(options), ...options.kafka });
  return new KafkaTransport(options, kafka);
}

const GROUP_PREFIX = 'points-client';

/** Over connections of a test, or over those of kafkajs. */
export class KafkaTransport implements Transport {
  readonly source: string;
  readonly #sender: KafkaSender;
  readonly #listener: OutcomeListener;
  readonly #calls = new WaitingCalls();
  readonly #signingKey: SigningKey | null;
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #inFlight = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(
    options: KafkaTransportOptions,
    kafka: Pick<Kafka, 'producer' | 'consumer' | 'admin'>,
  ) {
    const { source, log = SILENT, clock = SYSTEM_CLOCK, topics = {} } = options;
    checkKafkaSource(source);
    this.source = source;
    this.#clock = clock;
    this.#signingKey = options.signingKey ?? null;
    this.#topic = topics.commands ?? COMMANDS_TOPIC;
    this.#sender = new KafkaSender(kafka, clock, log, options.limits);
    this.#listener = new OutcomeListener(
      kafka,
      {
        topic: topics.outcomes ?? OUTCOMES_TOPIC,
        groupPrefix: options.groupPrefix ?? GROUP_PREFIX,
        onMessage: (value) => this.#hear(value),
      },
      clock,
      log,
    );
  }

  attempt(command: Command, limits: AttemptLimits): Promise<Decision> {
    const attempt = this.#attempt(command, limits);
    this.#inFlight.add(attempt);
    const forget = (): void => void this.#inFlight.delete(attempt);
    attempt.then(forget, forget);
    return attempt;
  }

  async publish(command: Command, limits: AttemptLimits): Promise<void> {
    const message = kafkaMessage(command, { topic: this.#topic, signingKey: this.#signingKey });
    await this.#sender.send(message, limits);
  }

  async close(untilMs: number): Promise<void> {
    this.#isClosed = true;
    await settledUntil(this.#clock, untilMs, [...this.#inFlight]);
    this.#calls.endAll('the client is closed');
    await this.#sender.close(untilMs);
    await this.#listener.close(untilMs);
  }

  async #attempt(command: Command, limits: AttemptLimits): Promise<Decision> {
    if (this.#isClosed) return { kind: 'unknown', reason: 'the client is closed' };
    try {
      // First, so that no answer comes before somebody hears it.
      const waitMs = limits.untilMs - this.#clock.now();
      await within(this.#clock, waitMs, this.#listener.start(), limits.signal);
    } catch (error) {
      const reason = `outcomes are not heard: ${messageOf(error)}`;
      return { kind: 'retry', retryAfterMs: null, reason, mayBeDone: false };
    }
    const call = this.#calls.open(command, this.#clock, limits);
    const failed = new Promise<Decision>((resolve, reject) => {
      this.publish(command, limits).catch((error: unknown) => {
        if (error instanceof InvalidCommandError) reject(error);
        // It may be in the topic all the same.
        else resolve({ kind: 'unknown', reason: messageOf(error) });
      });
    });
    try {
      return await Promise.race([call.answer, failed]);
    } finally {
      call.close();
    }
  }

  #hear(value: Buffer | null): void {
    const json = value === null ? null : parseJson(value.toString('utf8'));
    const outcome = parseOutcome(json);
    if (outcome === null || outcome.command_source !== this.source) return;
    this.#calls.answer(outcome.user_id, outcome.command_id, decideOutcome(json));
  }
}

const LEVELS: Readonly<Record<number, LogEntry['level']>> = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'debug',
};

/** What kafkajs tells goes where the client's own entries go. */
const logCreator =
  ({ log = SILENT }: KafkaTransportOptions): NonNullable<KafkaConfig['logCreator']> =>
  () =>
  ({ level, log: { message, error, groupId } }) =>
    log({
      level: LEVELS[level] ?? 'debug',
      msg: 'kafkajs',
      detail: message,
      ...(error !== undefined && { error: String(error) }),
      ...(groupId !== undefined && { groupId: String(groupId) }),
    });
