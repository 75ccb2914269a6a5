import type { LedgerCommand } from './commands.js';
import type { LedgerEvent } from './events.js';
import type { MessageRefusalCode, RefusalCode, RefusalDetails } from './refusals.js';

/** What the sender of a command is told. The same events always give the same answer. */
export interface Answer {
  readonly status: 'accepted' | 'refused';
  readonly code: RefusalCode | MessageRefusalCode | null;
  readonly details: RefusalDetails | null;
  readonly balance: number;
  readonly consumptionId: string | null;
  readonly batchId: number | null;
  /** Revision of the last event recorded for the command; null: nothing was. */
  readonly revision: number | null;
  readonly replayed: boolean;
}

declare const notYet: LedgerCommand | LedgerEvent | undefined;
void notYet;
