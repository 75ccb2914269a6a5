import { UnknownAppends } from './unknown-appends.js';

describe('The appends whose result is unknown', () => {
  it('contain one append from the time it is added until it is removed', () => {
    const unknown = new UnknownAppends();
    unknown.add('a');
    expect([unknown.has('a'), unknown.has('b')]).toEqual([true, false]);
    unknown.remove('a');
    expect(unknown.has('a')).toBe(false);
  });

  it('contain every append when there were too many to keep', () => {
    const unknown = new UnknownAppends(1);
    unknown.add('a');
    unknown.add('b');
    expect(unknown.has('c')).toBe(true);
  });
});
