import type { Origin } from '#commands';
import type { DeadLetterReason } from '#contracts';
import type { IncomingMessage } from '#kafka';
import type { Answer, LedgerCommand } from '#ledger';
import type { Denial } from '#senders';

/** What the intake reports, for metrics and logs. Must not throw. */
export interface IntakeObserver {
  answered(command: LedgerCommand, origin: Origin, answer: Answer): void;
  deadLettered(message: IncomingMessage, reason: DeadLetterReason, detail: string): void;
  /** Its sender may not send it; it is buried, too. */
  forbidden(denial: Denial): void;
}

export const SILENT_OBSERVER: IntakeObserver = {
  answered: () => undefined,
  deadLettered: () => undefined,
  forbidden: () => undefined,
};
