import {
  formatTraceparent,
  nextTraceparent,
  parseTraceparent,
  storableTraceparent,
} from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('A traceparent', () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-03`, true],
    [`01-${TRACE}-${PARENT}-01-what-may-come`, true],
  ])('is parsed from %s', (text, sampled) => {
    expect(parseTraceparent(text)).toEqual({ traceId: TRACE, parentId: PARENT, sampled });
  });

  it.each([
    undefined,
    null,
    '',
    'nonsense',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-0x`,
  ])('is not parsed from %j', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('is formatted as it was parsed', () => {
    const text = `00-${TRACE}-${PARENT}-01`;
    const read = parseTraceparent(text);
    expect(read && formatTraceparent(read)).toBe(text);
  });

  it('continues a trace with a new parent id, and begins a trace where there was none', () => {
    const parent = { traceId: TRACE, parentId: PARENT, sampled: false };
    const next = nextTraceparent(parent);
    expect(next).toMatchObject({ traceId: TRACE, sampled: false });
    expect(next.parentId).not.toBe(PARENT);
    const begun = nextTraceparent(null);
    expect(parseTraceparent(formatTraceparent(begun))).toEqual(begun);
    expect(begun.traceId).not.toBe(nextTraceparent(null).traceId);
  });

  it('never has an id of zeros, even when the random source gives zeros', () => {
    const zeros = nextTraceparent(null, (bytes) => new Uint8Array(bytes));
    expect(parseTraceparent(formatTraceparent(zeros))).toEqual(zeros);
  });

  it('is stored as it came when it has the length of version 00', () => {
    for (const version of ['00', '01', 'fe']) {
      const text = `${version}-${TRACE}-${PARENT}-01`;
      expect(storableTraceparent(text)).toBe(text);
    }
  });

  it.each([
    undefined,
    null,
    7,
    '',
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01 `,
    ` 00-${TRACE}-${PARENT}-0`,
    `01-${TRACE}-${PARENT}-01-extension`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
  ])('is not stored when it is %j', (value) => {
    expect(storableTraceparent(value)).toBeNull();
  });
});
