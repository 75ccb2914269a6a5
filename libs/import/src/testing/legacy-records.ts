import { DEFAULT_SETTINGS_POLICY, FIRST_BUSINESSES } from '#ledger';
import type { TakeOverTerms } from '../account/terms.js';
import type { Mapping } from '../mapping/mapping-schema.js';
import type { RawAccount, RawBatch, RawJob, RawRow } from '../reading/raw-record.js';

const USER = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';

/** The moment of the check. Rows of the builders are of the days before it. */
export const AT = '2026-11-30T12:00:00.000Z';

export const termsOf = (
  mapping: Mapping = {},
  limits: Partial<TakeOverTerms['limits']> = {},
): TakeOverTerms => ({
  mapping,
  at: AT,
  labels: new Map(FIRST_BUSINESSES.map(({ code, label }) => [code, label])),
  limits: { ...DEFAULT_SETTINGS_POLICY[2], ...limits },
});

type Told = Omit<Partial<RawRow>, 'type' | 'amount'> & {
  readonly type?: string;
  readonly amount?: string;
};

export type WrittenRow = Told & { readonly type: string; readonly amount: string };

/** Rows a minute apart, whose ids, balances and columns of the consumption are filled in where not told. */
export function rowsOf(...written: readonly WrittenRow[]): RawRow[] {
  let balance = 0;
  return written.map((row, index) => {
    const isIncoming = row.type === 'recharge' || row.type === 'refund';
    const amount = Number(row.amount);
    const before = Number(row.balanceBefore ?? balance);
    balance = Number(row.balanceAfter ?? before + (isIncoming ? amount : -amount));
    const createdAt = row.createdAt ?? timeOf(index);
    return {
      id: String(index + 1),
      balanceBefore: String(before),
      balanceAfter: String(balance),
      sourceType: row.type === 'consume' || row.type === 'refund' ? 'tts' : null,
      sourceId: null,
      batchId: '1',
      duration: null,
      description: null,
      updatedAt: createdAt,
      ids: [row.sourceId ?? null],
      ...row,
      createdAt,
    };
  });
}

const timeOf = (index: number): string =>
  `2026-11-20 08:${String(index).padStart(2, '0')}:00.123456+00`;

export const batchOf = (batch: Partial<RawBatch> = {}): RawBatch => ({
  id: '1',
  remaining: '0',
  expiresAt: null,
  points: undefined,
  priority: undefined,
  rechargeId: undefined,
  sourceId: undefined,
  createdAt: undefined,
  ...batch,
});

export const accountOf = (
  rows: readonly RawRow[],
  batches: readonly RawBatch[] = [],
  jobs: readonly RawJob[] = [],
): RawAccount => ({ userId: USER, rows, batches, jobs });

export const recharge = (amount: number, row: Told = {}): WrittenRow => ({
  type: 'recharge',
  amount: String(amount),
  ...row,
});
export const consume = (amount: number, row: Told = {}): WrittenRow => ({
  type: 'consume',
  amount: String(amount),
  sourceId: 'task-1',
  ...row,
});
export const refund = (amount: number, row: Told = {}): WrittenRow => ({
  type: 'refund',
  amount: String(amount),
  sourceId: 'task-1',
  ...row,
});
export const expire = (amount: number, row: Told = {}): WrittenRow => ({
  type: 'expire',
  amount: String(amount),
  ...row,
});
