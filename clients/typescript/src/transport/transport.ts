import type { Command } from '../protocol/command.js';
import type { Decision } from '../protocol/decision.js';

export interface AttemptLimits {
  /** When the caller stops waiting, in milliseconds since 1970. */
  readonly untilMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How commands reach the ledger and how answers come back: over Kafka, over HTTP, or in a test. */
export interface Transport {
  /** Of all commands that are sent by it. */
  readonly source: string;
  /** Sends once and waits for the answer. What may be sent again is decided `retry`. */
  attempt(command: Command, limits: AttemptLimits): Promise<Decision>;
  /**
   * Sends without waiting for an outcome. Resolves when nothing can lose the command any more, and rejects
   * where it can't be sent: over Kafka a broker keeps it, over HTTP it is carried out or refused.
   */
  publish(command: Command, limits: AttemptLimits): Promise<void>;
  /** Sends what is queued, waits for calls in flight until then, and closes its connections. */
  close(untilMs: number): Promise<void>;
}
