import {
  LEGACY_COLUMNS,
  type AccountHandedBack,
  type AccountImported,
  type AccountOpened,
  type Adjustment,
  type Alteration,
  type ClosedAtOpening,
  type ImportEventType,
  type LegacyRow,
  type LegacyRowsImported,
  type OpenAtOpening,
  type OpeningBatch,
} from '../account/import-events.js';
import { LEGACY_ID } from '../account/legacy-ids.js';
import { PRIORITY_MAX } from '../settings/limits.js';
import { drawSchema } from './schema-1.js';
import {
  fieldChecksOf,
  listOf,
  matching,
  oneOf,
  orNull,
  passes,
  positiveNumber,
  possiblyEmptyListOf,
  text,
  time,
  wholeNumber,
  type FieldCheck,
  type FieldChecks,
  type Schema,
} from './field-checks.js';
import { DIGEST, UUID, WORD } from './patterns.js';

// The events of a take-over, which rules 2 write.

export const IMPORT_ID = '[a-z0-9-]{1,32}';

const commonFields = {
  at: time,
  receivedAt: time,
  commandId: matching(UUID),
  digest: matching(DIGEST),
  balanceAfter: wholeNumber,
  owedAfter: wholeNumber,
  type: text,
  importId: matching(IMPORT_ID),
};

const legacyId = matching(LEGACY_ID);
const legacyIds: FieldCheck = (value) => Array.isArray(value) && value.every(legacyId);
const isUnwritable = oneOf(['NaN', 'Infinity', '-Infinity']);
const legacyNumber = orNull((value) => Number.isFinite(value) || isUnwritable(value));

/** By the place of the column: nearly all events of an import are rows, so that they have no names. */
const ROW_CHECKS = [
  legacyId,
  orNull(text),
  legacyNumber,
  legacyNumber,
  legacyNumber,
  orNull(text),
  orNull(text),
  orNull(legacyId),
  legacyNumber,
  orNull(text),
  orNull(text),
  orNull(text),
] as const satisfies { readonly length: LegacyRow['length'] };

const isLegacyRow: FieldCheck = (value) =>
  Array.isArray(value) &&
  value.length === LEGACY_COLUMNS.length &&
  ROW_CHECKS.every((check, place) => check(value[place]));

const isScalar: FieldCheck = (value) => text(value) || Number.isFinite(value);

const alterationSchema: Schema<Alteration> = {
  legacyId,
  field: oneOf(['row', ...LEGACY_COLUMNS.filter((name) => name !== 'id')]),
  now: orNull(isScalar),
  why: text,
};

const importedSchema: Schema<AccountImported> = {
  ...commonFields,
  from: text,
  by: text,
  mapDigest: matching(DIGEST),
};

const rowsSchema: Schema<LegacyRowsImported> = {
  ...commonFields,
  rows: (value) => Array.isArray(value) && value.every(isLegacyRow),
  gone: legacyIds,
  altered: possiblyEmptyListOf(alterationSchema),
  throughId: orNull(legacyId),
};

const batchSchema: Schema<OpeningBatch> = {
  batchId: positiveNumber,
  // A number, or what else a table calls its batches.
  legacyBatchId: orNull(text),
  points: wholeNumber,
  remaining: wholeNumber,
  expired: wholeNumber,
  priority: (value) => wholeNumber(value) && (value as number) <= PRIORITY_MAX,
  expiresAt: orNull(time),
  rechargeId: orNull(text),
  sourceId: orNull(text),
  createdAt: time,
};

const consumptionFields = {
  consumptionId: text,
  sourceType: matching(WORD),
  sourceId: orNull(text),
  label: text,
  rows: legacyIds,
};

const closedSchema: Schema<ClosedAtOpening> = {
  ...consumptionFields,
  draws: possiblyEmptyListOf(drawSchema),
  settledAt: time,
};

const openSchema: Schema<OpenAtOpening> = {
  ...consumptionFields,
  draws: listOf(drawSchema),
  at: time,
  settleBy: time,
};

const adjustmentRow = passes(
  fieldChecksOf({
    type: oneOf(['recharge', 'expire']),
    amount: positiveNumber,
    before: wholeNumber,
  } satisfies Schema<NonNullable<Adjustment['row']>>),
);

const adjustmentSchema: Schema<Adjustment> = {
  balanceWas: Number.isSafeInteger,
  batchesWas: Number.isSafeInteger,
  believed: oneOf(['balance', 'batches']),
  row: orNull(adjustmentRow),
};

const openedSchema: Schema<AccountOpened> = {
  ...commonFields,
  mapDigest: matching(DIGEST),
  balance: wholeNumber,
  batches: possiblyEmptyListOf(batchSchema),
  closed: possiblyEmptyListOf(closedSchema),
  open: possiblyEmptyListOf(openSchema),
  leftOut: wholeNumber,
  adjusted: orNull(passes(fieldChecksOf(adjustmentSchema))),
  rows: wholeNumber,
  throughId: orNull(legacyId),
  rowsDigest: matching(DIGEST),
  frozenBy: oneOf(['trigger', 'word']),
  by: text,
};

const handedBackSchema: Schema<AccountHandedBack> = {
  ...commonFields,
  balance: wholeNumber,
  held: wholeNumber,
  owed: wholeNumber,
  by: text,
};

export const IMPORT_SCHEMAS = {
  AccountImported: fieldChecksOf(importedSchema),
  LegacyRowsImported: fieldChecksOf(rowsSchema),
  AccountOpened: fieldChecksOf(openedSchema),
  AccountHandedBack: fieldChecksOf(handedBackSchema),
} satisfies Record<ImportEventType, FieldChecks>;
