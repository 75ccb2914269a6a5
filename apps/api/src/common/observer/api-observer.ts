import type { Origin } from '#commands';
import type { Answer, LedgerCommand } from '#ledger';
import type { Denial } from '#senders';

/** Receives reports of the API, for metrics and logs. It is called during requests and must not throw. */
export interface ApiObserver {
  requestCompleted(report: {
    /** The declared route or "none", and never the URL that a client sent. */
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  /** A command was accepted or refused. */
  commandProcessed(command: LedgerCommand, origin: Origin, answer: Answer): void;
  /** A command was rejected because its sender may not send it. */
  commandForbidden(denial: Denial): void;
  /** A request failed because of the server. */
  requestFailed(route: string, status: number, error: unknown): void;
  /** The position of the read tables could not be polled. */
  positionPollFailed(error: unknown): void;
  /** The number of open streams and exports has changed. */
  openStreamsChanged(count: number): void;
}

export const API_OBSERVER = Symbol('ApiObserver');
