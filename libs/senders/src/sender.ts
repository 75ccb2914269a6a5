import type { CommandType, SourceType } from '#ledger';

/** One service that may send commands, and which. As the senders file says it, past its parser. */
export interface Sender {
  /** For people, logs and metrics. */
  readonly name: string;
  /** Of messages over Kafka; see `source-entry.ts`. */
  readonly sources: readonly string[];
  /** Of tokens over HTTP, to the letter; `*`: every subject that no other sender has. */
  readonly subjects: readonly string[];
  readonly types: ReadonlySet<CommandType>;
  /** Whose consumptions it may make, settle and refund. null: of every business. */
  readonly sourceTypes: ReadonlySet<SourceType> | null;
  readonly pointsMax: number | null;
  readonly pointsPerDayMax: number | null;
  /** Secrets by key id. Two at a time, so that they rotate. */
  readonly keys: ReadonlyMap<string, string>;
  /** Whether a message without a signature is taken. One that has a signature is always held to it. */
  readonly unsigned: boolean;
}
