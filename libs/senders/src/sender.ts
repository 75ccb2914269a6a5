import type { CommandType } from '#ledger';

/** A service that may send commands, as parsed from the senders file. */
export interface Sender {
  /** The name in logs, metrics and error messages. */
  readonly name: string;
  /** Sources of messages over Kafka, exact or patterns; see `source-pattern.ts`. */
  readonly sources: readonly string[];
  /** Subjects of tokens over HTTP, compared exactly; `*` is every subject that no other sender has. */
  readonly subjects: readonly string[];
  readonly types: ReadonlySet<CommandType>;
  /** Source types whose consumptions it may make, extend, settle and refund; null means all of them. */
  readonly sourceTypes: ReadonlySet<string> | null;
  readonly pointsMax: number | null;
  readonly pointsPerDayMax: number | null;
  /** Secrets by key id. There may be two at a time, so that they can be rotated. */
  readonly keys: ReadonlyMap<string, string>;
  /** Whether a message without a signature is accepted. A signature that is there is always checked. */
  readonly unsigned: boolean;
}
