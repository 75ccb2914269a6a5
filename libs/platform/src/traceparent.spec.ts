import { formatTraceparent, nextTraceparent, parseTraceparent } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-03`, true],
    [`01-${TRACE}-${PARENT}-01-what-may-come`, true],
  ])('is read from %s', (text, sampled) => {
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
  ])('is not read from %j', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('is written as it is read', () => {
    const text = `00-${TRACE}-${PARENT}-01`;
    const read = parseTraceparent(text);
    expect(read && formatTraceparent(read)).toBe(text);
  });

  it('goes on with the trace under a new step, and begins one where there was none', () => {
    const parent = { traceId: TRACE, parentId: PARENT, sampled: false };
    const next = nextTraceparent(parent);
    expect(next).toMatchObject({ traceId: TRACE, sampled: false });
    expect(next.parentId).not.toBe(PARENT);
    const begun = nextTraceparent(null);
    expect(parseTraceparent(formatTraceparent(begun))).toEqual(begun);
    expect(begun.traceId).not.toBe(nextTraceparent(null).traceId);
  });

  it('never has an id of zeros', () => {
    const zeros = nextTraceparent(null, (bytes) => Buffer.alloc(bytes));
    expect(parseTraceparent(formatTraceparent(zeros))).toEqual(zeros);
  });
});
