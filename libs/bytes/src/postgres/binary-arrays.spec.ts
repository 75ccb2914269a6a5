import { arrayOf, int4Array, textArray } from './binary-arrays.js';
import { converted, int4 } from './binary-types.js';

const itself = <T>(value: T): T => value;

describe('an array in binary form', () => {
  it('has one dimension, the type of its elements, their number, and the first subscript', () => {
    const array = int4Array([5, 6], itself);
    const header = [0, 4, 8, 12, 16].map((at) => array.readInt32BE(at));
    expect(header).toEqual([1, 1, 23, 2, 1]);
    expect(array.subarray(20).toString('hex')).toBe('0000000400000005' + '0000000400000006');
  });

  it('is only a header when there are no rows', () => {
    expect(textArray([], itself)).toHaveLength(20);
  });

  it('ends behind its last element, though texts may take less than was allocated for them', () => {
    const array = textArray(['积', 'a'], itself);
    expect(array).toHaveLength(20 + 4 + 3 + 4 + 1);
  });

  it('takes elements of a converted type', () => {
    const days = arrayOf(converted(int4, (day: string) => Number(day.slice(0, 2))));
    expect(days(['07. May'], itself).readInt32BE(24)).toBe(7);
  });
});
