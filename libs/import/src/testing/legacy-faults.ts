import type { SeededRandom } from '#testing';
import type { FaultKind } from '../faults.js';
import type { Mapping } from '../mapping/mapping-schema.js';
import type { RawBatch } from '../reading/raw-record.js';
import type { LegacyService, MutableRow } from './legacy-service.js';

export interface FaultyAccount {
  readonly service: LegacyService;
  readonly rows: MutableRow[];
  readonly batches: { -readonly [Field in keyof RawBatch]: RawBatch[Field] }[];
  readonly random: SeededRandom;
}

export interface FaultMaker {
  readonly kind: FaultKind;
  /** Whether a mapping can decide it, or it is counted only. */
  readonly decidable: boolean;
  readonly counted?: true;
  /** Which tables can hold it: with the columns of the model, or with looser ones. */
  readonly columns: 'model' | 'loose';
  readonly make: (account: FaultyAccount) => void;
}

/** Decides everything that can be decided. */
export const DECIDED: Mapping = {
  types: { topup: 'recharge' },
  amounts: 'balances',
  negative: 'zero',
  businesses: { dubbing: 'tts', music: 'history' },
  sharedIds: 'together',
  refunds: 'newest',
  batchIds: 'derive',
  believe: 'batches',
  adjustMax: 2_147_483_647,
};

const last = (rows: readonly MutableRow[], type: string): MutableRow | undefined =>
  rows.findLast((row) => row.type === type);

const decidable = (kind: FaultKind, make: FaultMaker['make']): FaultMaker => ({
  kind,
  decidable: true,
  columns: 'model',
  make,
});
const counted = (kind: FaultKind, make: FaultMaker['make']): FaultMaker => ({
  kind,
  decidable: false,
  counted: true,
  columns: 'model',
  make,
});
const repairable = (
  kind: FaultKind,
  columns: FaultMaker['columns'],
  make: FaultMaker['make'],
): FaultMaker => ({ kind, decidable: false, columns, make });

/** Each puts one fault into an account that has none. All accounts have a recharge and a consume row. */
export const FAULT_MAKERS: readonly FaultMaker[] = [
  decidable('Type', ({ rows }) => {
    for (const row of rows) if (row.type === 'recharge') row.type = 'topup';
  }),
  decidable('Amount', ({ service }) => {
    service.write('consume', 0, { sourceType: 'tts', sourceId: 'zero', batchId: null });
  }),
  decidable('Amount', ({ rows }) => {
    const row = last(rows, 'consume');
    if (row) row.amount = `-${row.amount}`;
  }),
  decidable('Negative', ({ service }) => {
    service.write('consume', service.balance + 7, { sourceType: 'tts', sourceId: 'overdrawn' });
  }),
  decidable('Negative', ({ batches }) => {
    if (batches[0]) batches[0].remaining = '-3';
  }),
  decidable('Business', ({ rows, random }) => {
    const row = last(rows, 'consume');
    const name = random.pick(['dubbing', 'music']);
    for (const other of rows) if (other.sourceId === row?.sourceId) other.sourceType = name;
  }),
  decidable('SharedId', ({ service }) => {
    for (const sourceType of ['tts', 'video']) {
      service.write('consume', 1, { sourceType, sourceId: 'project-1' });
    }
  }),
  decidable('SharedId', ({ rows, service }) => {
    service.write('consume', 1, { sourceType: 'tts', sourceId: 'project-2' });
    service.write('consume', 1, { sourceType: 'tts', sourceId: 'project-2' });
    const row = rows.at(-1);
    if (row) row.createdAt = shifted(row.createdAt, -2);
  }),
  decidable('Refund', ({ service }) => {
    service.write('refund', 9, { sourceType: 'tts', sourceId: 'nobody' });
  }),
  decidable('Refund', ({ rows, service }) => {
    const row = last(rows, 'consume');
    const { sourceType = null, sourceId = null, batchId = null } = row ?? {};
    service.write('refund', 100_000, { sourceType, sourceId, batchId });
  }),
  decidable('BatchId', ({ rows, batches, random }) => {
    const batch = batches[0];
    const id = random.pick(['0', '-1', '9007199254740992']);
    for (const row of rows) if (row.batchId === batch?.id) row.batchId = id;
    if (batch) batch.id = id;
  }),
  decidable('Sum', ({ batches, random }) => {
    const batch = batches.at(-1);
    if (batch) batch.remaining = String(Number(batch.remaining) + 1 + random.below(9));
  }),
  repairable('Time', 'model', ({ rows, random }) => {
    const row = rows.at(-1);
    if (row) row.createdAt = random.pick(['infinity', '-infinity', '0044-03-15 00:00:00+00 BC']);
  }),
  repairable('Time', 'model', ({ rows }) => {
    const row = rows.at(-1);
    if (row) row.createdAt = '2999-01-01 00:00:00+00';
  }),
  repairable('TooMuch', 'model', ({ batches }) => {
    if (batches[0]) batches[0].remaining = '2147483647';
    batches.push({ ...NO_BATCH, id: `9${batches[0]?.id}`, remaining: '2147483647' });
  }),
  repairable('Number', 'loose', ({ batches, random }) => {
    if (batches[0]) batches[0].remaining = random.pick(['1.5', 'NaN', '99999999999']);
  }),
  repairable('Number', 'loose', ({ batches }) => {
    if (batches[0]) batches[0].priority = '101';
  }),
  repairable('Time', 'loose', ({ batches }) => {
    if (batches[0]) batches[0].expiresAt = 'next year';
  }),
  counted('Chain', ({ rows }) => {
    const row = rows.at(-1);
    if (row) row.balanceBefore = String(Number(row.balanceBefore) + 1);
  }),
  counted('Order', ({ rows }) => {
    const row = rows.at(-1);
    if (row) row.createdAt = shifted(row.createdAt, -300);
  }),
  counted('Text', ({ rows }) => {
    const row = rows[0];
    if (row) row.description = '长'.repeat(2_001);
  }),
  counted('Duration', ({ rows, random }) => {
    const row = last(rows, 'consume');
    if (row) row.duration = random.pick(['NaN', 'Infinity', '-1', '10000001']);
  }),
  counted('NoId', ({ rows }) => {
    const row = last(rows, 'consume');
    for (const other of rows) {
      if (other.sourceId === row?.sourceId && other !== row) other.sourceId = null;
      if (other.sourceId === null) other.ids = [null];
    }
    if (row) Object.assign(row, { sourceId: null, ids: [null] });
  }),
  counted('NoBatch', ({ rows }) => {
    const row = last(rows, 'consume');
    if (row) row.batchId = null;
  }),
  counted('Overdue', ({ batches, service }) => {
    service.write('recharge', 5, { batchId: `8${batches[0]?.id}` });
    const expiresAt = shifted(service.rows.at(-1)?.createdAt ?? null, -1);
    batches.push({ ...NO_BATCH, id: `8${batches[0]?.id}`, remaining: '5', expiresAt });
  }),
];

const NO_BATCH: RawBatch = {
  id: null,
  remaining: '0',
  expiresAt: null,
  points: '2147483647',
  priority: '50',
  rechargeId: null,
  sourceId: null,
  createdAt: null,
};

const DAY_MS = 86_400_000;

function shifted(time: string | null, days: number): string {
  const ms = Date.parse(`${time?.slice(0, 10)}T${time?.slice(11, 19)}Z`);
  return `${new Date(ms + days * DAY_MS).toISOString().slice(0, 10)}${time?.slice(10)}`;
}
