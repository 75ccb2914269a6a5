import { AT, termsOf } from '../testing/legacy-records.js';
import { generateLegacy, type GeneratedAccount } from '../testing/generate-legacy.js';
import { DECIDED, FAULT_MAKERS } from '../testing/legacy-faults.js';
import type { Mapping } from '../mapping/mapping-schema.js';
import { analyseAccount, type AnalysedAccount } from './analyse-account.js';
import type { Opening } from './opening.js';

const SEEDS = [1, 2, 3, 4, 5];
const ACCOUNTS = FAULT_MAKERS.length * 4;
const generated = SEEDS.map((seed) => generateLegacy({ seed, accounts: ACCOUNTS, at: AT }));
const all = generated.flat();

const analyse = ({ raw }: GeneratedAccount, mapping: Mapping = {}): AnalysedAccount =>
  analyseAccount(raw, termsOf(mapping));

/** What the rules rely on, whatever the old tables say. */
function expectWhole({ balance, batches, closed, open }: Opening): void {
  const points = new Map(batches.map(({ batchId }) => [batchId, 0]));
  for (const { draws } of [...closed, ...open]) {
    for (const draw of draws) {
      expect(points.has(draw.batchId)).toBe(true);
      expect(draw.points).toBeGreaterThan(0);
      points.set(draw.batchId, (points.get(draw.batchId) ?? 0) + draw.points);
    }
  }
  for (const batch of batches) {
    const drawn = points.get(batch.batchId) ?? 0;
    expect(batch.remaining + drawn + batch.expired).toBeLessThanOrEqual(batch.points);
    expect(Math.min(batch.remaining, batch.expired)).toBeGreaterThanOrEqual(0);
  }
  expect(points.size).toBe(batches.length);
  expect(batches.reduce((sum, { remaining }) => sum + remaining, 0)).toBe(balance);
  const ids = [...closed, ...open].map(({ consumptionId }) => consumptionId);
  expect(new Set(ids).size).toBe(ids.length);
  const recharges = batches.flatMap(({ rechargeId }) => rechargeId ?? []);
  expect(new Set(recharges).size).toBe(recharges.length);
  for (const times of [
    batches.map(({ createdAt }) => createdAt),
    closed.map(({ settledAt }) => settledAt),
    open.map(({ at }) => at),
  ]) {
    expect(times).toEqual(times.toSorted());
    expect(times.every((time) => time <= AT)).toBe(true);
  }
}

describe('Accounts as the old service leaves them', () => {
  it('have no fault and open at their last balance, where none was put into them', () => {
    for (const account of all.filter(({ fault }) => fault === null)) {
      const { faults, opening, rows } = analyse(account);
      expect(faults).toEqual([]);
      expect(opening?.balance).toBe(Number(account.raw.rows.at(-1)?.balanceAfter));
      expect(opening?.adjusted).toBeNull();
      expect(rows.every(({ shown, altered }) => shown !== null && altered.length === 0)).toBe(true);
      if (opening !== null) expectWhole(opening);
    }
  });

  it('have everything drawn that was not given back, consumption by consumption', () => {
    for (const account of all.filter(({ fault }) => fault === null)) {
      const { opening } = analyse(account);
      const sums = new Map<string, number>();
      for (const { type, sourceId, amount } of account.raw.rows) {
        if (sourceId === null || (type !== 'consume' && type !== 'refund')) continue;
        const sign = type === 'consume' ? 1 : -1;
        sums.set(sourceId, (sums.get(sourceId) ?? 0) + sign * Number(amount));
      }
      const drawn = opening?.closed.map(({ consumptionId, draws }) => [
        consumptionId,
        draws.reduce((sum, { points }) => sum + points, 0),
      ]);
      expect(new Map(drawn as [string, number][])).toEqual(sums);
    }
  });

  it.each(FAULT_MAKERS.filter(({ counted }) => counted !== true))(
    'are not opened where a fault is undecided: $kind',
    (maker) => {
      const accounts = all.filter(({ fault }) => fault === maker);
      expect(accounts.length).toBeGreaterThan(0);
      for (const account of accounts) {
        const { faults, opening } = analyse(account);
        expect(faults).toContainEqual(
          expect.objectContaining({ kind: maker.kind, status: 'undecided' }),
        );
        expect(opening).toBeNull();
      }
    },
  );

  it.each(FAULT_MAKERS.filter((maker) => maker.decidable))(
    'are opened where a mapping decides it: $kind',
    (maker) => {
      for (const account of all.filter(({ fault }) => fault === maker)) {
        const { faults, opening } = analyse(account, DECIDED);
        expect(faults).toContainEqual(
          expect.objectContaining({ kind: maker.kind, status: 'decided' }),
        );
        expect(faults.filter(({ status }) => status === 'undecided')).toEqual([]);
        expect(opening).not.toBeNull();
        if (opening !== null) expectWhole(opening);
      }
    },
  );

  it.each(FAULT_MAKERS.filter((maker) => maker.counted === true))(
    'are opened where a fault is counted only: $kind',
    (maker) => {
      for (const account of all.filter(({ fault }) => fault === maker)) {
        const { faults, opening } = analyse(account, DECIDED);
        expect(faults).toContainEqual(
          expect.objectContaining({ kind: maker.kind, status: 'counted' }),
        );
        expect(opening).not.toBeNull();
        if (opening !== null) expectWhole(opening);
      }
    },
  );

  it('are the same for the same seed', () => {
    expect(generateLegacy({ seed: 1, accounts: ACCOUNTS, at: AT })).toEqual(generated[0]);
  });

  it('are read alike again and again', () => {
    for (const account of all.slice(0, 50)) {
      expect(analyse(account, DECIDED)).toEqual(analyse(account, DECIDED));
    }
  });
});
