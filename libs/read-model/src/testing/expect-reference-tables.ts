import { expect } from '@jest/globals';

import type { ReadTables } from '../read-tables.js';
import { STATEMENT_COLUMNS } from '../schema/tables.js';
import type { AccountHistory } from './arbitrary-ledgers.js';
import { readStatement } from './open-tables.js';
import { pickColumns } from './pick-columns.js';
import {
  referenceAccount,
  referenceBatches,
  referenceConsumptions,
  referenceRecharges,
  referenceStatement,
} from './reference-tables.js';

const COLUMNS_BUT_ID = STATEMENT_COLUMNS.filter((name) => name !== 'id');

/** Expects everything that the tables say of an account to be what its history says. */
export async function expectReferenceTables(
  tables: ReadTables,
  history: AccountHistory,
): Promise<void> {
  const { userId, events } = history;
  const account = await tables.account(userId);
  const expected = referenceAccount(events);
  if (expected === null) expect(account).toBeNull();
  else expect(account).toMatchObject(expected);
  const rows = await readStatement(tables, userId);
  expect(rows).toEqual(
    referenceStatement(history).map((row) =>
      expect.objectContaining(pickColumns(row, COLUMNS_BUT_ID)),
    ),
  );
  const batches = await tables.batches(userId, 10_000);
  const left = [...referenceBatches(events)].filter(([, { remaining }]) => remaining > 0);
  expect(
    new Map(batches.map(({ batch_id, points, remaining }) => [batch_id, { points, remaining }])),
  ).toEqual(new Map(left));
  for (const [revision, { net, ...columns }] of referenceConsumptions(events)) {
    const details = await tables.transactionDetails(userId, { revision, line: 0 });
    expect(details?.consumption).toMatchObject({ ...columns, revision });
    expect((details?.consumption?.drawn ?? 0) - (details?.consumption?.refunded ?? 0)).toBe(net);
  }
  for (const recharge of referenceRecharges(history)) {
    const { revision } = recharge;
    expect(await tables.recharge(userId, { revision })).toEqual(recharge);
  }
}
