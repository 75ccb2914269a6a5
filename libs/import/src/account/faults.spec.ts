import type { Fault, FaultKind } from '../faults.js';
import type { Mapping } from '../mapping/mapping-schema.js';
import type { RawAccount } from '../reading/raw-record.js';
import {
  accountOf,
  batchOf,
  consume,
  recharge,
  refund,
  rowsOf,
  termsOf,
} from '../testing/legacy-records.js';
import { analyseAccount } from './analyse-account.js';
import type { TakeOverTerms } from './terms.js';

// Every fault of import.md 3: once where nobody decided it, and once for each way to decide it.

const kindsOf = (faults: readonly Fault[], status: Fault['status']): FaultKind[] => [
  ...new Set(faults.filter((fault) => fault.status === status).map(({ kind }) => kind)),
];

const analyse = (
  account: RawAccount,
  mapping: Mapping = {},
  limits: Partial<TakeOverTerms['limits']> = {},
) => analyseAccount(account, termsOf(mapping, limits));

const credited = (row = {}) => recharge(100, row);
const withPoints = (remaining: number) => [batchOf({ remaining: String(remaining) })];

interface UndecidedCase {
  readonly title: string;
  readonly kind: FaultKind;
  readonly account: RawAccount;
  /** How many of its rows can't be shown. */
  readonly hidden: number;
  readonly mapping?: Mapping;
  readonly limits?: Partial<TakeOverTerms['limits']>;
}

const ANY_DECISION: Mapping = {
  amounts: 'balances',
  negative: 'zero',
  refunds: 'history',
  sharedIds: 'history',
  batchIds: 'derive',
  believe: 'batches',
  adjustMax: 2_147_483_647,
};

const UNDECIDED: readonly UndecidedCase[] = [
  {
    title: 'an amount with a fraction',
    kind: 'Number',
    account: accountOf(rowsOf(credited({ amount: '1.5' })), withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'an amount that is not a number',
    kind: 'Number',
    account: accountOf(rowsOf(credited({ amount: 'NaN', balanceAfter: '100' })), withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'a balance beyond 32 bits',
    kind: 'Number',
    account: accountOf(rowsOf(credited({ balanceAfter: '2147483648' })), withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'a batch with a fraction left',
    kind: 'Number',
    account: accountOf(rowsOf(credited()), [batchOf({ remaining: '99.5' })]),
    hidden: 0,
    mapping: ANY_DECISION,
  },
  {
    title: 'a priority of 101',
    kind: 'Number',
    account: accountOf(rowsOf(credited()), [batchOf({ remaining: '100', priority: '101' })]),
    hidden: 0,
    mapping: ANY_DECISION,
  },
  {
    title: 'a row without a time',
    kind: 'Time',
    account: accountOf([{ ...rowsOf(credited())[0]!, createdAt: null }], withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'an infinite time',
    kind: 'Time',
    account: accountOf(rowsOf(credited({ createdAt: 'infinity' })), withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'a time before the year 1',
    kind: 'Time',
    account: accountOf(
      rowsOf(credited({ createdAt: '0044-03-15 00:00:00+00 BC' })),
      withPoints(100),
    ),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'a time more than 5 minutes ahead',
    kind: 'Time',
    account: accountOf(
      rowsOf(credited({ createdAt: '2026-11-30 12:05:00.001+00' })),
      withPoints(100),
    ),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'a time without a zone where the mapping names none',
    kind: 'Time',
    account: accountOf(rowsOf(credited({ createdAt: '2026-11-20 08:00:00' })), withPoints(100)),
    hidden: 1,
    mapping: ANY_DECISION,
  },
  {
    title: 'more points than the balance can hold',
    kind: 'TooMuch',
    account: accountOf(
      [],
      [batchOf({ remaining: '2000000000' }), batchOf({ id: '2', remaining: '2000000000' })],
    ),
    hidden: 0,
    mapping: ANY_DECISION,
  },
  {
    title: 'more than twice the batches that an account may use',
    kind: 'TooMuch',
    account: accountOf(
      [],
      ['1', '2', '3'].map((id) => batchOf({ id, remaining: '1' })),
    ),
    hidden: 0,
    mapping: ANY_DECISION,
    limits: { batchesMax: 1 },
  },
  {
    title: 'too many unfinished consumptions',
    kind: 'TooMuch',
    account: accountOf(
      rowsOf(credited(), consume(1), consume(1, { sourceId: 'task-2' })),
      withPoints(98),
      [
        { ids: ['task-1'], settleBy: undefined },
        { ids: ['task-2'], settleBy: undefined },
      ],
    ),
    hidden: 0,
    mapping: ANY_DECISION,
    limits: { openMax: 1 },
  },
  {
    title: 'as many draws of unfinished consumptions as may be, or more',
    kind: 'TooMuch',
    account: accountOf(rowsOf(credited(), consume(1)), withPoints(99), [
      { ids: ['task-1'], settleBy: undefined },
    ]),
    hidden: 0,
    mapping: ANY_DECISION,
    limits: { openDrawsMax: 1 },
  },
  {
    title: 'an unknown type',
    kind: 'Type',
    account: accountOf(rowsOf(credited({ type: 'bonus', balanceAfter: '100' })), withPoints(0)),
    hidden: 1,
  },
  {
    title: 'an amount of 0',
    kind: 'Amount',
    account: accountOf(rowsOf(credited(), consume(0)), withPoints(100)),
    hidden: 1,
  },
  {
    title: 'a negative amount',
    kind: 'Amount',
    account: accountOf(rowsOf(credited(), consume(-30, { balanceAfter: '70' })), withPoints(100)),
    hidden: 1,
  },
  {
    title: 'a negative balance',
    kind: 'Negative',
    account: accountOf(rowsOf(credited(), consume(130)), withPoints(100)),
    hidden: 1,
  },
  {
    title: 'a batch with fewer than no points left',
    kind: 'Negative',
    account: accountOf([], [batchOf({ remaining: '-5' })]),
    hidden: 0,
  },
  {
    title: 'a business that the ledger does not know',
    kind: 'Business',
    account: accountOf(rowsOf(credited(), consume(30, { sourceType: 'music' })), withPoints(70)),
    hidden: 0,
  },
  {
    title: 'a consume row without a business',
    kind: 'Business',
    account: accountOf(rowsOf(credited(), consume(30, { sourceType: null })), withPoints(70)),
    hidden: 0,
  },
  {
    title: 'a business that the mapping takes for an unknown one',
    kind: 'Business',
    account: accountOf(rowsOf(credited(), consume(30, { sourceType: 'music' })), withPoints(70)),
    hidden: 0,
    mapping: { businesses: { music: 'songs' } },
  },
  {
    title: 'one id of two businesses',
    kind: 'SharedId',
    account: accountOf(
      rowsOf(credited(), consume(30), consume(10, { sourceType: 'video' })),
      withPoints(60),
    ),
    hidden: 0,
  },
  {
    title: 'consume rows of one id that are more than a day apart',
    kind: 'SharedId',
    account: accountOf(
      rowsOf(credited(), consume(30), consume(10, { createdAt: '2026-11-21 08:01:00.125+00' })),
      withPoints(60),
    ),
    hidden: 0,
  },
  {
    title: 'a refund of nothing',
    kind: 'Refund',
    account: accountOf(
      rowsOf(credited(), consume(30), refund(30, { sourceId: 'task-9' })),
      withPoints(100),
    ),
    hidden: 0,
  },
  {
    title: 'a refund of more than was drawn',
    kind: 'Refund',
    account: accountOf(rowsOf(credited(), consume(30), refund(31)), withPoints(101)),
    hidden: 0,
  },
  {
    title: 'a refund that stands before its consumption',
    kind: 'Refund',
    account: accountOf(rowsOf(credited(), refund(30), consume(30)), withPoints(100)),
    hidden: 0,
  },
  {
    title: 'a row of batch 0',
    kind: 'BatchId',
    account: accountOf(rowsOf(credited({ batchId: '0' }), consume(100)), withPoints(0)),
    hidden: 1,
  },
  {
    title: 'a batch beyond 2^53 − 1',
    kind: 'BatchId',
    account: accountOf([], [batchOf({ id: '9007199254740992' })]),
    hidden: 0,
  },
  {
    title: 'two batches of one id',
    kind: 'BatchId',
    account: accountOf([], [batchOf(), batchOf()]),
    hidden: 0,
  },
  {
    title: 'a balance that is not what the batches have left',
    kind: 'Sum',
    account: accountOf(rowsOf(credited()), withPoints(90)),
    hidden: 0,
  },
  {
    title: 'batches with points and no row',
    kind: 'Sum',
    account: accountOf([], withPoints(90)),
    hidden: 0,
  },
  {
    title: 'a larger difference than the mapping lets it adjust',
    kind: 'Sum',
    account: accountOf(rowsOf(credited()), withPoints(90)),
    hidden: 0,
    mapping: { believe: 'batches', adjustMax: 9 },
  },
];

describe('A fault that nobody decided', () => {
  it.each(UNDECIDED)('is named $kind for $title, and the account is not opened', (one) => {
    const { faults, opening, rows } = analyse(one.account, one.mapping, one.limits);
    expect(kindsOf(faults, 'undecided')).toContain(one.kind);
    expect(opening).toBeNull();
    expect(rows.filter(({ shown }) => shown === null)).toHaveLength(one.hidden);
    expect(rows).toHaveLength(one.account.rows.length);
  });
});

interface DecidedCase {
  readonly title: string;
  readonly kind: FaultKind;
  readonly mapping: Mapping;
  readonly account: RawAccount;
  readonly opening: object;
  /** What the last row shows instead. */
  readonly altered?: readonly object[];
}

const drawn = (points: number, batchId = 1) => ({ draws: [{ batchId, points }] });

const DECIDED: readonly DecidedCase[] = [
  {
    title: 'an unknown type is the one that the mapping names',
    kind: 'Type',
    mapping: { types: { spend: 'consume' } },
    account: accountOf(
      rowsOf(credited(), { type: 'spend', amount: '30', balanceAfter: '70', sourceType: 'tts' }),
      withPoints(70),
    ),
    opening: { balance: 70 },
    altered: [{ field: 'type', now: 'consume', why: 'Type' }],
  },
  {
    title: 'an amount of 0 has no row',
    kind: 'Amount',
    mapping: { amounts: 'balances' },
    account: accountOf(rowsOf(credited(), consume(0)), withPoints(100)),
    opening: { balance: 100, closed: [] },
    altered: [{ field: 'row', now: null, why: 'Amount' }],
  },
  {
    title: 'a negative amount that agrees with its balances is positive',
    kind: 'Amount',
    mapping: { amounts: 'balances' },
    account: accountOf(rowsOf(credited(), consume(-30, { balanceAfter: '70' })), withPoints(70)),
    opening: { balance: 70, closed: [expect.objectContaining(drawn(30))] },
    altered: [{ field: 'amount', now: 30, why: 'Amount' }],
  },
  {
    title: 'a negative amount whose balances went the other way is a refund',
    kind: 'Amount',
    mapping: { amounts: 'balances', refunds: 'history' },
    account: accountOf(rowsOf(credited(), consume(30), consume(-30)), withPoints(100)),
    opening: { balance: 100, closed: [expect.objectContaining({ draws: [] })] },
    altered: [
      { field: 'amount', now: 30, why: 'Amount' },
      { field: 'type', now: 'refund', why: 'Amount' },
    ],
  },
  {
    title: 'a negative balance is 0',
    kind: 'Negative',
    mapping: { negative: 'zero' },
    account: accountOf(rowsOf(credited(), consume(130)), withPoints(0)),
    opening: { balance: 0, adjusted: null },
    altered: [{ field: 'balance_after', now: 0, why: 'Negative' }],
  },
  {
    title: 'fewer than no points left are none',
    kind: 'Negative',
    mapping: { negative: 'zero' },
    account: accountOf([], withPoints(-5)),
    opening: { balance: 0, batches: [] },
  },
  {
    title: 'a business has the code that the mapping names',
    kind: 'Business',
    mapping: { businesses: { music: 'video' } },
    account: accountOf(rowsOf(credited(), consume(30, { sourceType: 'music' })), withPoints(70)),
    opening: {
      closed: [
        expect.objectContaining({ sourceType: 'video', label: '【视频生成】', ...drawn(30) }),
      ],
    },
    altered: [{ field: 'source_type', now: 'video', why: 'Business' }],
  },
  {
    title: 'a business that is history makes no consumption',
    kind: 'Business',
    mapping: { businesses: { music: 'history' } },
    account: accountOf(
      rowsOf(credited(), consume(30, { sourceType: 'music' }), refund(30, { sourceType: 'music' })),
      withPoints(100),
    ),
    opening: { closed: [] },
  },
  {
    title: 'a missing business is named by an empty name',
    kind: 'Business',
    mapping: { businesses: { '': 'history' } },
    account: accountOf(rowsOf(credited(), consume(30, { sourceType: null })), withPoints(70)),
    opening: { closed: [] },
  },
  {
    title: 'a shared id is history',
    kind: 'SharedId',
    mapping: { sharedIds: 'history' },
    account: accountOf(
      rowsOf(credited(), consume(30), consume(10, { sourceType: 'video' })),
      withPoints(60),
    ),
    opening: { closed: [] },
  },
  {
    title: 'a shared id of one business is taken together',
    kind: 'SharedId',
    mapping: { sharedIds: 'together' },
    account: accountOf(
      rowsOf(credited(), consume(30), consume(10, { createdAt: '2026-11-22 08:00:00+00' })),
      withPoints(60),
    ),
    opening: {
      closed: [
        expect.objectContaining({
          draws: [
            { batchId: 1, points: 30 },
            { batchId: 1, points: 10 },
          ],
          rows: ['2', '3'],
          settledAt: '2026-11-22T08:00:00.000Z',
        }),
      ],
    },
  },
  {
    title: 'a refund of nothing is taken off the newest that holds as much',
    kind: 'Refund',
    mapping: { refunds: 'newest' },
    account: accountOf(
      rowsOf(
        credited(),
        consume(30),
        consume(20, { sourceId: 'task-2' }),
        consume(25, { sourceId: 'task-3', sourceType: 'video' }),
        refund(25, { sourceId: null }),
      ),
      withPoints(50),
    ),
    opening: {
      closed: [
        expect.objectContaining({ consumptionId: 'task-1', ...drawn(5) }),
        expect.objectContaining({ consumptionId: 'task-2', ...drawn(20) }),
        expect.objectContaining({ consumptionId: 'task-3', ...drawn(25) }),
      ],
    },
  },
  {
    title: 'a refund of nothing is history',
    kind: 'Refund',
    mapping: { refunds: 'history' },
    account: accountOf(
      rowsOf(credited(), consume(30), refund(30, { sourceId: 'task-9' })),
      withPoints(100),
    ),
    opening: { closed: [expect.objectContaining(drawn(30))] },
  },
  {
    title: 'a refund of too much takes what there is',
    kind: 'Refund',
    mapping: { refunds: 'history' },
    account: accountOf(rowsOf(credited(), consume(30), refund(31)), withPoints(101)),
    opening: { closed: [expect.objectContaining({ draws: [] })] },
  },
  {
    title: 'two batches of one id have numbers of their own',
    kind: 'BatchId',
    mapping: { batchIds: 'derive', believe: 'batches', adjustMax: 10 },
    account: accountOf([], [batchOf({ remaining: '3' }), batchOf({ remaining: '4' })]),
    opening: {
      balance: 7,
      batches: [
        expect.objectContaining({ legacyBatchId: '1' }),
        expect.objectContaining({ legacyBatchId: '1' }),
      ],
    },
  },
  {
    title: 'the batches are believed, and a row tells it',
    kind: 'Sum',
    mapping: { believe: 'batches', adjustMax: 10 },
    account: accountOf(rowsOf(credited()), withPoints(90)),
    opening: {
      balance: 90,
      adjusted: {
        balanceWas: 100,
        batchesWas: 90,
        believed: 'batches',
        row: { type: 'expire', amount: 10, before: 100 },
      },
    },
  },
  {
    title: 'the balance is believed, and a batch is made up for what the batches lack',
    kind: 'Sum',
    mapping: { believe: 'balance', adjustMax: 10, adjustDays: 30 },
    account: accountOf(rowsOf(credited()), withPoints(90)),
    opening: {
      balance: 100,
      batches: [
        expect.objectContaining({ batchId: 1, remaining: 90 }),
        expect.objectContaining({
          legacyBatchId: null,
          remaining: 10,
          expiresAt: '2026-12-30T12:00:00.000Z',
        }),
      ],
      adjusted: { balanceWas: 100, batchesWas: 90, believed: 'balance', row: null },
    },
  },
  {
    title: 'the balance is believed, and what is too much goes off batches that are gone first',
    kind: 'Sum',
    mapping: { believe: 'balance', adjustMax: 100, adjustDays: null },
    account: accountOf(rowsOf(recharge(60)), [
      batchOf({ remaining: '50', expiresAt: '2027-01-01 00:00:00+00' }),
      batchOf({ id: '2', remaining: '20', expiresAt: '2026-11-01 00:00:00+00' }),
      batchOf({ id: '3', remaining: '10', priority: '60' }),
    ]),
    opening: {
      balance: 60,
      batches: [
        expect.objectContaining({ batchId: 1, remaining: 50 }),
        expect.objectContaining({ batchId: 3, remaining: 10 }),
      ],
    },
  },
];

describe('A fault that the mapping decides', () => {
  it.each(DECIDED)('of the kind $kind: $title', ({ account, mapping, kind, opening, altered }) => {
    const analysed = analyse(account, mapping);
    expect(kindsOf(analysed.faults, 'undecided')).toEqual([]);
    expect(kindsOf(analysed.faults, 'decided')).toContain(kind);
    expect(analysed.opening).toMatchObject(opening);
    if (altered === undefined) return;
    const last = account.rows.at(-1)?.id;
    expect(analysed.rows.at(-1)?.altered).toEqual(
      altered.map((alteration) => ({ legacyId: last, ...alteration })),
    );
  });

  it('shows a derived number for a batch whose own one is too large', () => {
    const { opening, rows } = analyse(
      accountOf(rowsOf(credited({ batchId: '9007199254740993' })), [
        batchOf({ id: '9007199254740993', remaining: '100' }),
      ]),
      { batchIds: 'derive' },
    );
    const number = opening?.batches[0]?.batchId;
    expect(number).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
    expect(rows[0]?.altered).toEqual([
      { legacyId: '1', field: 'batch_id', now: number, why: 'BatchId' },
    ]);
    expect(opening?.batches).toEqual([
      expect.objectContaining({ legacyBatchId: '9007199254740993', remaining: 100 }),
    ]);
  });
});

const COUNTED: readonly (readonly [string, FaultKind, RawAccount])[] = [
  [
    'an amount that its balances don’t show',
    'Chain',
    accountOf(rowsOf(credited({ amount: '99', balanceAfter: '100' })), withPoints(100)),
  ],
  [
    'a balance that does not begin where the row before ended',
    'Chain',
    accountOf(rowsOf(credited(), consume(30, { balanceBefore: '90' })), withPoints(60)),
  ],
  [
    'a row that is older than the one before it',
    'Order',
    accountOf(
      rowsOf(credited(), consume(30, { createdAt: '2026-11-19 08:00:00+00' })),
      withPoints(70),
    ),
  ],
  [
    'rows of one instant that contradict each other',
    'Order',
    accountOf(
      rowsOf(
        credited(),
        consume(30, { createdAt: '2026-11-20 08:00:00.123456+00', balanceBefore: '90' }),
      ),
      withPoints(60),
    ),
  ],
  [
    'a description of more than 2,000 characters',
    'Text',
    accountOf(rowsOf(credited({ description: '积'.repeat(2_001) })), withPoints(100)),
  ],
  [
    'an order of more than 64 characters',
    'Text',
    accountOf(rowsOf(credited({ sourceId: 'x'.repeat(65) })), withPoints(100)),
  ],
  [
    'a negative duration',
    'Duration',
    accountOf(rowsOf(credited(), consume(30, { duration: '-1' })), withPoints(70)),
  ],
  [
    'a duration that is no number',
    'Duration',
    accountOf(rowsOf(credited(), consume(30, { duration: 'NaN' })), withPoints(70)),
  ],
  [
    'a consume row that names no consumption',
    'NoId',
    accountOf(rowsOf(credited(), consume(30, { sourceId: null })), withPoints(70)),
  ],
  [
    'an unfinished job that no row is of',
    'NoId',
    accountOf(rowsOf(credited()), withPoints(100), [{ ids: ['task-9'], settleBy: undefined }]),
  ],
  [
    'a row that names no batch',
    'NoBatch',
    accountOf(rowsOf(credited({ batchId: null })), withPoints(100)),
  ],
  [
    'points that expired',
    'Overdue',
    accountOf(rowsOf(credited()), [
      batchOf({ remaining: '100', expiresAt: '2026-11-30 12:00:00+00' }),
    ]),
  ],
];

describe('A fault that needs no decision', () => {
  it.each(COUNTED)('is counted for %s, and the account is opened', (_title, kind, account) => {
    const { faults, opening } = analyse(account);
    expect(kindsOf(faults, 'counted')).toContain(kind);
    expect(kindsOf(faults, 'undecided')).toEqual([]);
    expect(opening).not.toBeNull();
  });

  it('is counted for more batches than recharges may leave', () => {
    const account = accountOf(rowsOf(recharge(2)), [
      batchOf({ remaining: '1' }),
      batchOf({ id: '2', remaining: '1' }),
    ]);
    const { faults, opening } = analyse(account, {}, { batchesMax: 1 });
    expect(kindsOf(faults, 'counted')).toEqual(['Full']);
    expect(opening?.batches).toHaveLength(2);
  });

  it('is none of an account without faults', () => {
    const { faults, opening } = analyse(
      accountOf(rowsOf(credited({ sourceId: 'order-1' }), consume(30), refund(10)), withPoints(80)),
    );
    expect(faults).toEqual([]);
    expect(opening?.balance).toBe(80);
  });
});
