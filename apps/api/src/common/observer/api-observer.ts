import type { Origin } from '#commands';
import type { Answer, LedgerCommand } from '#ledger';
import type { Denial } from '#senders';

/** What the API reports, for metrics and logs. Called on the way of requests: must not throw. */
export interface ApiObserver {
  requestCompleted(report: {
    /** As it is declared, or "none": not what a client wrote. */
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  /** A command was carried out or refused. */
  commandProcessed(command: LedgerCommand, origin: Origin, answer: Answer): void;
  /** A command that its sender may not send. */
  commandForbidden(denial: Denial): void;
  /** A request ended in trouble that is not the client's. */
  requestFailed(route: string, status: number, error: unknown): void;
  /** The read tables can't be asked whether there is news. */
  positionPollFailed(error: unknown): void;
  /** So many streams are open now. */
  openStreamsChanged(count: number): void;
}

export const API_OBSERVER = Symbol('ApiObserver');
