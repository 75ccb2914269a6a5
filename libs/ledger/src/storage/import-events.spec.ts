import canonicalize from 'canonicalize';
import { deserializeEvent, serializeEvent } from './codec.js';
import type { Provenance } from './provenance.js';
import { parseTakeOver, serializeTakeOver } from './take-over-event.js';
import { UnknownEvent, UnreadableEvent } from './unreadable-event.js';
import type { TakeOverEvent } from '../settings/take-over.js';
import {
  closedThere,
  handedBack,
  importEvents,
  imported,
  legacyRow,
  legacyRows,
  openThere,
  opened,
  openingBatch,
} from '../testing/import-builders.js';

const provenance: Provenance = {
  command: { source: 'import:old', id: 'open', type: 'AccountOpened' },
  correlation: 'import-1',
  settings: 1,
  rules: 2,
};

const oddRow = [
  '-9223372036854775808',
  null,
  'NaN',
  'Infinity',
  -1.5,
  '免费',
  null,
  '9223372036854775807',
  '-Infinity',
  null,
  'infinity',
  null,
] as const;

const events = importEvents([
  imported(),
  legacyRows([oddRow, legacyRow(1)], {
    altered: [
      { legacyId: '1', field: 'amount', now: 5, why: 'Amount' },
      { legacyId: '-9223372036854775808', field: 'row', now: null, why: 'Type' },
    ],
  }),
  opened({
    batches: [openingBatch(7, 60, { points: 100, rechargeId: 'order-1' })],
    closed: [closedThere('k1', [{ batchId: 7, points: 20 }]), closedThere('k0', [])],
    open: [openThere('k2', [{ batchId: 7, points: 10 }])],
    adjusted: {
      balanceWas: 40,
      batchesWas: 60,
      believed: 'batches',
      row: { type: 'recharge', amount: 20, before: 40 },
    },
  }),
  handedBack(),
]);

function reasonOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof UnreadableEvent) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('a stored event of a take-over', () => {
  it.each(events)('is read as it was written: $type', (event) => {
    const stored = serializeEvent(event, provenance);
    expect(deserializeEvent(stored)).toEqual({ event, provenance });
    expect(stored.meta).toBe(canonicalize({ ...provenance, v: 2 }));
  });

  const [, rows, opening] = events;

  it.each<[string, number, Readonly<Record<string, unknown>>, string]>([
    ['an import id of other characters', 0, { importId: 'Old!' }, 'importId'],
    ['a mapping without a digest', 0, { mapDigest: 'x' }, 'mapDigest'],
    ['a row of 11 columns', 1, { rows: [legacyRow(1).slice(1)] }, 'rows'],
    ['an id that is no number', 1, { rows: [['x', ...legacyRow(1).slice(1)]] }, 'rows'],
    ['an id with a zero in front', 1, { gone: ['01'] }, 'gone'],
    ['a column that there is not', 1, { altered: [{ ...first(rows), field: 'id' }] }, 'altered'],
    ['no last row', 1, { throughId: 5 }, 'throughId'],
    ['a batch without an id', 2, { batches: [openingBatch(0, 1)] }, 'batches'],
    ['a negative remainder', 2, { batches: [openingBatch(1, -1)] }, 'batches'],
    ['an open consumption that holds nothing', 2, { open: [openThere('k', [])] }, 'open'],
    ['a digest of other characters', 2, { rowsDigest: 'A'.repeat(64) }, 'rowsDigest'],
    ['who froze it', 2, { frozenBy: 'luck' }, 'frozenBy'],
    ['an adjustment of nothing', 2, { adjusted: { ...opening, row: 1 } }, 'adjusted'],
    ['points that are owed, as text', 3, { owed: '1' }, 'owed'],
  ])('is not read with %s', (_, nth, change, field) => {
    const stored = serializeEvent(events[nth]!, provenance);
    const data = JSON.stringify({ ...(JSON.parse(stored.data) as object), ...change });
    expect(reasonOf(() => deserializeEvent({ ...stored, data }))).toContain(`bad ${field}`);
  });
});

function first(event: (typeof events)[number] | undefined): object {
  if (event?.type !== 'LegacyRowsImported') throw new Error('no rows');
  return event.altered[0]!;
}

const at = '2030-01-01T00:00:00.000Z';
const started: TakeOverEvent = {
  type: 'TakeOverStarted',
  importId: 'old',
  mapping: { rows: { table: 'mjk_point_transactions' } },
  from: '2030-01-01T00:10:00.000Z',
  at,
  by: 'anna',
};
const userId = '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11';
const finished: TakeOverEvent = {
  type: 'TakeOverFinished',
  importId: 'old',
  left: [{ userId, points: 5 }],
  at,
  by: 'anna',
};

describe('a stored event of the stream of take-overs', () => {
  it.each([started, finished])('is read as it was written: $type', (event) => {
    expect(parseTakeOver(serializeTakeOver(event, { correlation: 'c' }))).toEqual(event);
  });

  it.each<[string, TakeOverEvent, object, string]>([
    ['a mapping that is none', started, { mapping: [] }, 'bad mapping'],
    ['an account without a user', finished, { left: [{ userId: 'x', points: 1 }] }, 'bad left'],
    ['another type', started, { type: 'TakeOverFinished' }, 'its data says it is'],
  ])('is not read with %s', (_, event, change, reason) => {
    const stored = serializeTakeOver(event, { correlation: 'c' });
    const data = JSON.stringify({ ...event, ...change });
    expect(reasonOf(() => parseTakeOver({ ...stored, data }))).toContain(reason);
  });

  it('is unknown where a later program wrote it', () => {
    const stored = serializeTakeOver(started, { correlation: 'c' });
    expect(() => parseTakeOver({ ...stored, type: 'TakeOverPaused' })).toThrow(UnknownEvent);
  });
});
