import { appendBytes } from './append-size.js';
import type { EncodedEvent } from './port.js';

describe('The size of an append', () => {
  const event = (data: string, meta = '', type = ''): EncodedEvent => ({
    id: '00000000-0000-4000-8000-000000000000',
    type,
    data,
    meta,
    hash: new Uint8Array(32),
  });

  it.each([
    ['the hash of 32 bytes and the id of 16', event(''), 48],
    ['the bytes of data, not its characters', event('積'), 48 + 3],
    ['the bytes of meta', event('', '{"v":1}'), 48 + 7],
    ['two bytes for each character of the type', event('', '', 'PointsRecharged'), 48 + 30],
  ])('counts %s', (_what, one, size) => {
    expect(appendBytes([one])).toBe(size);
    expect(appendBytes([one, one])).toBe(2 * size);
  });
});
