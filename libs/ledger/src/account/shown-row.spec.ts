import { legacyRow } from '../testing/import-builders.js';
import type { Alteration, LegacyRow } from './import-events.js';
import { shownRow } from './shown-row.js';

const altered = (field: Alteration['field'], now: Alteration['now']): Alteration => ({
  legacyId: '5',
  field,
  now,
  why: 'spec',
});

const withColumn = (place: number, value: unknown): LegacyRow =>
  legacyRow(5).with(place, value as never) as unknown as LegacyRow;

describe('A legacy row', () => {
  it('is shown as it was read, with its microseconds', () => {
    expect(shownRow(legacyRow(5, { duration: 2.5 }))).toEqual({
      legacyId: '5',
      type: 'consume',
      amount: 10,
      balanceBefore: 100,
      balanceAfter: 90,
      sourceType: 'tts',
      sourceId: null,
      batchId: 1,
      duration: 2.5,
      description: '【配音合成】',
      createdAt: '2029-12-01T00:00:00.123456Z',
      updatedAt: '2029-12-01T00:00:00.123456Z',
    });
  });

  it('is shown with what is altered', () => {
    const changes = [altered('amount', 7), altered('batch_id', null)];
    expect(shownRow(withColumn(2, 'NaN'), changes)).toMatchObject({ amount: 7, batchId: null });
  });

  it('is not shown where its row is taken out', () => {
    expect(shownRow(withColumn(1, null), [altered('row', null)])).toBeNull();
  });

  it.each([
    ['recharge', null, '【积分充值】'],
    ['expire', null, '【积分过期】'],
    ['consume', 'video', '【视频生成】'],
    ['refund', 'video', '【视频生成返还】'],
    ['consume', 'poetry', null],
  ])('without a text says what a row of ours says: %s of %s', (type, sourceType, expected) => {
    const row = legacyRow(5, { type, sourceType, description: null });
    expect(shownRow(row)?.description).toBe(expected);
  });

  it.each<[string, number, unknown]>([
    ['type', 1, 'gift'],
    ['amount', 2, 0],
    ['amount', 2, 1.5],
    ['amount', 2, 2 ** 31],
    ['balance_before', 3, -1],
    ['balance_after', 4, 'Infinity'],
    ['source_type', 5, 'x'.repeat(33)],
    ['source_id', 6, '\0'],
    ['batch_id', 7, '9223372036854775807'],
    ['batch_id', 7, '0'],
    ['duration', 8, 'NaN'],
    ['created_at', 10, 'infinity'],
    ['created_at', 10, '2029-02-30T00:00:00.000000Z'],
    ['updated_at', 11, '0000-01-01T00:00:00.000000Z'],
  ])('that the read table can not hold names its %s', (column, place, value) => {
    expect(() => shownRow(withColumn(place, value))).toThrow(
      `legacy row 5 can't be shown with its ${column}`,
    );
  });

  it('counts the characters of a text as Postgres does', () => {
    expect(shownRow(withColumn(6, '😀'.repeat(64)))?.sourceId).toHaveLength(128);
  });
});
