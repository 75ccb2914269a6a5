import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { readUuid, uuidPrefix, writeUuid } from './uuid.js';

const UUID = '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60';
const HEX = '6f1f2a532a8c5c0a9d0e1b2c3d4e5f60';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function bytesOf(uuid: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeUuid(bytes, 0, uuid);
  return bytes;
}

describe('writeUuid', () => {
  it('writes the 16 bytes of a UUID', () => {
    expect(hex(bytesOf(UUID))).toBe(HEX);
  });

  it('takes upper-case digits for the same bytes', () => {
    expect(hex(bytesOf(UUID.toUpperCase()))).toBe(HEX);
  });

  it('writes at an offset and touches nothing else', () => {
    const bytes = new Uint8Array(20).fill(0xee);
    writeUuid(bytes, 2, UUID);
    expect(hex(bytes)).toBe(`eeee${HEX}eeee`);
  });

  it.each([
    ['an empty text', ''],
    ['a text that is too short', '6f1f2a53'],
    ['a text that is too long', `${UUID}0`],
    ['a digit beyond f', '00000000-0000-4000-8000-00000000000g'],
    ['a character beyond ASCII', '00000000-0000-4000-8000-00000000000【'],
    ['another character in place of a hyphen', '00000000x0000-4000-8000-000000000000'],
    ['no hyphens', HEX.padEnd(36, '0')],
    ['braces', `{${UUID.slice(0, 34)}}`],
    ['a digit in place of a hyphen', '00000000a0000-4000-8000-000000000000'],
  ])('rejects %s', (_what, text) => {
    expect(() => bytesOf(text)).toThrow(TypeError);
    expect(() => bytesOf(text)).toThrow(`"${text}" is not a UUID`);
  });
});

describe('readUuid', () => {
  it('reads in lower case what was written', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 3 }), (uuid, at) => {
        const bytes = new Uint8Array(19);
        writeUuid(bytes, at, uuid.toUpperCase());
        expect(readUuid(bytes, at)).toBe(uuid);
      }),
    );
  });

  it('reads from a view into a larger buffer', () => {
    const buffer = Buffer.alloc(64);
    writeUuid(buffer, 20, UUID);
    expect(readUuid(buffer.subarray(16, 48), 4)).toBe(UUID);
  });
});

describe('uuidPrefix', () => {
  it('is the number in the first 32 bits', () => {
    expect(uuidPrefix(UUID)).toBe(0x6f1f2a53);
    expect(uuidPrefix(UUID.toUpperCase())).toBe(0x6f1f2a53);
    expect(uuidPrefix('ffffffff-0000-4000-8000-000000000000')).toBe(2 ** 32 - 1);
  });

  it('orders UUIDs as their texts are ordered, where the first 32 bits differ', () => {
    const uuids = Array.from({ length: 200 }, () => randomUUID());
    const byPrefix = uuids.toSorted((one, other) => uuidPrefix(one) - uuidPrefix(other));
    expect(byPrefix.map((uuid) => uuid.slice(0, 8))).toEqual(
      uuids.map((uuid) => uuid.slice(0, 8)).sort(),
    );
  });

  it.each(['', 'abc', 'zzzzzzzz', '0000-0000'])('rejects "%s"', (text) => {
    expect(() => uuidPrefix(text)).toThrow('is not a UUID');
  });
});
