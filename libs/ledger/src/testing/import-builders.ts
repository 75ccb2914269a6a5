import type {
  AccountHandedBack,
  AccountImported,
  AccountOpened,
  ImportBody,
  ImportEvent,
  LegacyRow,
  LegacyRowsImported,
} from '../account/import-events.js';
import { totalPoints } from '../account/slices.js';
import { testUuid } from './command-builders.js';

// Builders of the events of a take-over. What a spec does not say is as small as it may be.

export const FROZEN_AT = '2030-01-01T08:00:00.000Z';

type Body<E extends ImportEvent> = Omit<ImportBody<E>, 'type'>;

export const imported = (fields: Partial<Body<AccountImported>> = {}): ImportBody => ({
  type: 'AccountImported',
  importId: 'old',
  from: 'legacy/points',
  by: 'anna',
  mapDigest: 'a'.repeat(64),
  ...fields,
});

export const legacyRows = (
  rows: readonly LegacyRow[],
  fields: Partial<Body<LegacyRowsImported>> = {},
): ImportBody => ({
  type: 'LegacyRowsImported',
  importId: 'old',
  rows,
  gone: [],
  altered: [],
  throughId: rows.at(-1)?.[0] ?? null,
  ...fields,
});

/** A row of the old table, with what a spec says of it. */
export const legacyRow = (
  id: number | string,
  {
    type = 'consume',
    amount = 10,
    before = 100,
    after = before + (type === 'consume' || type === 'expire' ? -amount : amount),
    sourceType = type === 'consume' || type === 'refund' ? 'tts' : null,
    sourceId = null,
    batchId = '1',
    duration = null,
    description = '【配音合成】',
    createdAt = '2029-12-01T00:00:00.123456Z',
  }: {
    readonly type?: string;
    readonly amount?: number;
    readonly before?: number;
    readonly after?: number;
    readonly sourceType?: string | null;
    readonly sourceId?: string | null;
    readonly batchId?: string | null;
    readonly duration?: number | null;
    readonly description?: string | null;
    readonly createdAt?: string;
  } = {},
): LegacyRow => [
  String(id),
  type,
  amount,
  before,
  after,
  sourceType,
  sourceId,
  batchId,
  duration,
  description,
  createdAt,
  createdAt,
];

type Opening = Body<AccountOpened>;

export const openingBatch = (
  batchId: number,
  remaining: number,
  fields: Partial<Opening['batches'][number]> = {},
): Opening['batches'][number] => ({
  batchId,
  legacyBatchId: String(batchId),
  points: fields.points ?? remaining,
  remaining,
  expired: 0,
  priority: 50,
  expiresAt: null,
  rechargeId: null,
  sourceId: null,
  createdAt: '2029-06-01T00:00:00.000Z',
  ...fields,
});

export const closedThere = (
  consumptionId: string,
  draws: Opening['closed'][number]['draws'],
  fields: Partial<Opening['closed'][number]> = {},
): Opening['closed'][number] => ({
  consumptionId,
  sourceType: 'tts',
  sourceId: null,
  label: '【配音合成】',
  draws,
  rows: ['1'],
  settledAt: '2029-12-01T00:00:00.000Z',
  ...fields,
});

export const openThere = (
  consumptionId: string,
  draws: Opening['open'][number]['draws'],
  fields: Partial<Opening['open'][number]> = {},
): Opening['open'][number] => ({
  consumptionId,
  sourceType: 'tts',
  sourceId: null,
  label: '【配音合成】',
  draws,
  rows: ['1'],
  at: '2029-12-31T00:00:00.000Z',
  settleBy: '2030-01-02T00:00:00.000Z',
  ...fields,
});

export const opened = (fields: Partial<Opening> = {}): ImportBody => ({
  type: 'AccountOpened',
  importId: 'old',
  mapDigest: 'a'.repeat(64),
  balance: (fields.batches ?? []).reduce((sum, { remaining }) => sum + remaining, 0),
  batches: [],
  closed: [],
  open: [],
  leftOut: 0,
  adjusted: null,
  rows: 0,
  throughId: null,
  rowsDigest: 'b'.repeat(64),
  frozenBy: 'trigger',
  by: 'anna',
  ...fields,
});

export const handedBack = (fields: Partial<Body<AccountHandedBack>> = {}): ImportBody => ({
  type: 'AccountHandedBack',
  importId: 'old',
  balance: 0,
  held: 0,
  owed: 0,
  by: 'anna',
  ...fields,
});

/** The events of an import in their order, all at one moment. */
export function importEvents(bodies: readonly ImportBody[], at = FROZEN_AT): ImportEvent[] {
  let balanceAfter = 0;
  return bodies.map((body, revision) => {
    if (body.type === 'AccountOpened') balanceAfter = body.balance;
    const commandId = testUuid(`import ${revision}`);
    const common = { at, receivedAt: at, commandId, digest: 'c'.repeat(64), owedAfter: 0 };
    return { ...common, balanceAfter, ...body };
  });
}

/** What an opening brings in, as the recharges of an account do. */
export const openingPoints = ({ balance, closed, open }: AccountOpened): number =>
  balance + [...closed, ...open].reduce((sum, { draws }) => sum + totalPoints(draws), 0);
