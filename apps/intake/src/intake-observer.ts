import type { Origin } from '#commands';
import type { DeadLetterReason } from '#contracts';
import type { IncomingMessage } from '#kafka';
import type { Answer, LedgerCommand } from '#ledger';
import type { Denial } from '#senders';

/** Receives the reports of the intake, for metrics and logs. Its methods must not throw. */
export interface IntakeObserver {
  answered(command: LedgerCommand, origin: Origin, answer: Answer): void;
  deadLettered(message: IncomingMessage, reason: DeadLetterReason, detail: string): void;
  /** The sender may not send the message, which is also dead-lettered. */
  forbidden(denial: Denial): void;
}

export const SILENT_OBSERVER: IntakeObserver = {
  answered: () => undefined,
  deadLettered: () => undefined,
  forbidden: () => undefined,
};
