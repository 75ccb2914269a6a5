import type { Origin } from '#commands';
import type { Answer, LedgerCommand } from '#ledger';
import type { Denial } from '#senders';

/** What the API reports, for metrics and logs. Called on the way of requests: must not throw. */
export interface ApiObserver {
  answered(report: {
    /** As it is declared, or "none": not what a client wrote. */
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly ms: number;
  }): void;
  /** A command was carried out or refused. */
  commanded(command: LedgerCommand, origin: Origin, answer: Answer): void;
  /** A command that its sender may not send. */
  forbidden(denial: Denial): void;
  /** A request ended in trouble that is not the client's. */
  failed(route: string, status: number, error: unknown): void;
  /** The read tables can't be asked whether there is news. */
  newsFailed(error: unknown): void;
  /** So many streams are open now. */
  streaming(count: number): void;
}
