import type { RecordedEvent } from '#event-store';

import type { AccountRow, ConsumptionRow } from '../schema/tables.js';
import type { FoldedRows } from './folded-rows.js';
import type { ImportChange, OpeningConsumption, SaidRow } from './import-change.js';
import type { LoadedRows } from './loaded-rows.js';
import { PoisonEvent } from './poison-event.js';

interface ImportStep {
  readonly user: LoadedRows;
  readonly recorded: RecordedEvent;
  readonly account: AccountRow;
  readonly folded: FoldedRows;
}

/** The rows of the event itself are in the table of those that are folded already. */
export function foldImport(step: ImportStep, change: ImportChange): void {
  const { account, recorded } = step;
  if (account.take_over !== BEFORE[change.kind]) {
    const phase = account.take_over ?? 'not imported';
    throw new PoisonEvent('rows-disagree', recorded, `the account is ${phase}`);
  }
  switch (change.kind) {
    case 'imported':
      account.take_over = 'imported';
      return;
    case 'rows':
      for (const legacyId of change.gone) remove(step, legacyId);
      for (const said of change.said) say(step, said);
      account.legacy_through = change.throughId;
      return;
    case 'opened':
      return open(step, change);
    case 'handed_back':
      account.take_over = 'handed_back';
  }
}

const BEFORE: Readonly<Record<ImportChange['kind'], AccountRow['take_over']>> = {
  imported: null,
  rows: 'imported',
  opened: 'imported',
  handed_back: 'opened',
};

/** A row that is said again keeps its id, its event and its line. */
function say(step: ImportStep, { legacyId, row }: SaidRow): void {
  const { user, folded } = step;
  if (row === null) return remove(step, legacyId);
  const id = user.legacy.get(legacyId);
  if (id === undefined) {
    user.legacy.set(legacyId, folded.firstId + folded.transactions.length);
    folded.transactions.push(row);
    return;
  }
  const place = id - folded.firstId;
  if (place < 0) {
    folded.legacy.updates.set(id, { ...row, id });
    return;
  }
  const before = folded.transactions[place] ?? null;
  if (before === null) throw new Error('a bug: a row that is there was removed');
  folded.transactions[place] = { ...row, revision: before.revision, line: before.line };
}

/** Its id is not used again. */
function remove({ user, folded, account }: ImportStep, legacyId: string): void {
  const id = user.legacy.get(legacyId);
  if (id === undefined) return;
  user.legacy.delete(legacyId);
  const place = id - folded.firstId;
  if (place >= 0) {
    folded.transactions[place] = null;
    return;
  }
  folded.legacy.updates.delete(id);
  folded.legacy.deletes.set(id, { id, user_id: account.user_id });
}

function open(step: ImportStep, change: Extract<ImportChange, { readonly kind: 'opened' }>): void {
  const { user, account, folded } = step;
  account.take_over = 'opened';
  account.held = change.held;
  for (const batch of change.batches) {
    const row = { ...batch };
    user.batches.set(row.batch_id, row);
    folded.batches.inserted.add(row);
  }
  for (const recharge of change.recharges) {
    const row = { ...recharge };
    user.recharges.set(row.revision, row);
    folded.recharges.inserted.add(row);
  }
  for (const opening of change.consumptions) {
    const row = withRows(step, opening);
    user.consumptions.set(row.revision, row);
    folded.consumptions.inserted.add(row);
  }
}

/** A consumption none of whose rows is shown has none that could get a duration. */
export const NO_ROW = 0;

function withRows(
  { user, folded }: ImportStep,
  { consumption, legacyIds }: OpeningConsumption,
): ConsumptionRow {
  const ids = legacyIds.flatMap((legacyId) => user.legacy.get(legacyId) ?? []);
  const { user_id, revision: consumption_of } = consumption;
  for (const id of ids) {
    const place = id - folded.firstId;
    const row = folded.transactions[place] ?? null;
    if (place < 0) folded.legacy.owners.push({ id, user_id, consumption_of });
    else if (row !== null) folded.transactions[place] = { ...row, consumption_of };
  }
  const first = ids[0] ?? NO_ROW;
  return { ...consumption, first_row: first, row_count: 0, duration_row: first };
}
