import type { TransactionRow } from '../schema/tables.js';

/** A row of the statement before it has its id. */
export type NewTransactionRow = Omit<TransactionRow, 'id'>;
