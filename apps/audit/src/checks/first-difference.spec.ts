import { firstDifference, valueAt } from './first-difference.js';

const EVENT = { type: 'PointsConsumed', points: 12, of: null, draws: [{ batchId: 7, points: 12 }] };

describe('an event as the rules would have recorded it', () => {
  it('is the same in any order of its fields', () => {
    const { type, points, of, draws } = EVENT;
    expect(firstDifference({ draws: [{ ...draws[0] }], of, points, type }, EVENT)).toBeNull();
  });

  it.each([
    ['points', { ...EVENT, points: 13 }],
    ['of', { ...EVENT, of: undefined }],
    ['of', { ...EVENT, of: 0 }],
    ['draws.0.points', { ...EVENT, draws: [{ batchId: 7, points: 11 }] }],
    ['draws.1', { ...EVENT, draws: [...EVENT.draws, { batchId: 8, points: 1 }] }],
    ['draws.0', { ...EVENT, draws: [] }],
    ['draws', { ...EVENT, draws: null }],
    ['note', { ...EVENT, note: 'more' }],
    ['constructor', { ...EVENT, constructor: 1 }],
    ['draws.0.note', { ...EVENT, draws: [{ batchId: 7, points: 12, note: 1 }] }],
  ])('differs first at %s', (field, recorded) => {
    expect(firstDifference(recorded, EVENT)).toBe(field);
  });

  it('differs in a field that is left out, and one that is null', () => {
    expect(firstDifference({ a: 1 }, { a: 1, b: undefined })).not.toBeNull();
    expect(firstDifference({ a: 1, c: null }, { a: 1, b: null })).not.toBeNull();
  });

  it('shows what stands at a place', () => {
    expect(valueAt(EVENT, 'draws.0.batchId')).toBe('7');
    expect(valueAt(EVENT, 'draws.4.batchId')).toBe('nothing');
  });
});
