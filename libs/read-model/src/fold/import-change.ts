import type { BatchRow, ConsumptionRow, RechargeRow } from '../schema/tables.js';
import type { NewTransactionRow } from './new-transaction-row.js';

/** A legacy row as it stands from now on. */
export interface SaidRow {
  readonly legacyId: string;
  /** null: the read table does not show it. */
  readonly row: NewTransactionRow | null;
}

/** A consumption that an opening brings in, before its legacy rows are found. */
export interface OpeningConsumption {
  readonly consumption: Omit<ConsumptionRow, 'first_row' | 'row_count' | 'duration_row'>;
  readonly legacyIds: readonly string[];
}

/** What an event of a take-over changes. */
export type ImportChange =
  | { readonly kind: 'imported' }
  | {
      readonly kind: 'rows';
      readonly said: readonly SaidRow[];
      readonly gone: readonly string[];
      readonly throughId: string | null;
    }
  | {
      readonly kind: 'opened';
      readonly held: number;
      readonly batches: readonly BatchRow[];
      readonly consumptions: readonly OpeningConsumption[];
      readonly recharges: readonly RechargeRow[];
    }
  | { readonly kind: 'handed_back' };

/** The legacy rows that a change is about. */
export function namedLegacyIds(change: ImportChange): readonly string[] {
  switch (change.kind) {
    case 'rows':
      return [...change.gone, ...change.said.map(({ legacyId }) => legacyId)];
    case 'opened':
      return change.consumptions.flatMap(({ legacyIds }) => legacyIds);
    case 'imported':
    case 'handed_back':
      return [];
  }
}
