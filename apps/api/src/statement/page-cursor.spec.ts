import fc from 'fast-check';
import { PageCursors, type PageCursor } from './page-cursor.js';

const cursors = new PageCursors('a key of at least thirty-two characters');
const cursor: PageCursor = {
  userId: '7d3f2a52-1c7e-4a51-9a2e-3f0b8d1c4e5f',
  before: 41,
  filter: { type: 'consume', from: '2030-01-01T00:00:00.000Z' },
};

describe('a page cursor', () => {
  it('contains its user, row and filters', () => {
    expect(cursors.verify(cursors.sign(cursor))).toEqual(cursor);
  });

  it('is rejected when any character of it is altered', () => {
    const text = cursors.sign(cursor);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'Aa0-_.'), (at, other) => {
        fc.pre(text[at] !== other);
        const altered = text.slice(0, at) + other + text.slice(at + 1);
        const opened = cursors.verify(altered);
        // The last character of base64url may have unused bits.
        expect(opened === null || JSON.stringify(opened) === JSON.stringify(cursor)).toBe(true);
      }),
    );
  });

  it('is rejected with another payload under its signature', () => {
    const [, signature] = cursors.sign(cursor).split('.');
    const payload = Buffer.from(JSON.stringify({ ...cursor, before: 9_999 })).toString('base64url');
    expect(cursors.verify(`${payload}.${signature ?? ''}`)).toBeNull();
  });

  it('is rejected under another key', () => {
    const others = new PageCursors('another key of thirty-two characters or so');
    expect(others.verify(cursors.sign(cursor))).toBeNull();
  });

  it.each(['', '.', 'abc', 'abc.def', 'x'.repeat(5_000), '{}.{}', 'a.b.c'])(
    'is rejected when it is %p',
    (text) => {
      expect(cursors.verify(text)).toBeNull();
    },
  );
});
