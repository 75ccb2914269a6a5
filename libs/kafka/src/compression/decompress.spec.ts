import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DecompressionError } from './decompression-error.js';
import { CODECS, decompress } from './decompress.js';

/** Compressed by the streams of the Java client, like the records of its batches. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../test/golden/packed-by-java.json'), 'utf8'),
) as Readonly<Record<string, string>>;
const TEXT = Array.from({ length: 400 }, (_, i) => `line ${(i * i) % 997} of the text\n`).join('');

const compressedByJava = (codec: number): Buffer =>
  Buffer.from(golden[CODECS[codec] ?? ''] ?? '', 'base64');
const codecs = [1, 2, 3, 4].map((codec) => ({ codec, name: CODECS[codec] ?? '' }));

/** A bomb: it decompresses to `length` equal bytes. */
function runOf(codec: number, length: number): Buffer {
  if (codec === 1) return gzipSync(Buffer.alloc(length));
  if (codec === 2) return snappyRun(length);
  if (codec === 3) return lz4Run(length);
  return zstdRun(length);
}

function snappyRun(length: number): Buffer {
  const head: number[] = [];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) | 128);
    if (rest < 128) break;
  }
  // One literal byte, then copies of 64 bytes at a distance of one.
  const copies: number[] = [];
  for (let rest = length - 1; rest > 0; rest -= 64)
    copies.push(((Math.min(64, rest) - 1) << 2) | 2, 1, 0);
  return Buffer.from([...head, 0, 0, ...copies]);
}

function lz4Run(length: number): Buffer {
  const more = length - 1 - 4 - 15;
  const match = [...Array<number>(Math.floor(more / 255)).fill(255), more % 255];
  const block = Buffer.from([0x1f, 0, 1, 0, ...match]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
  return Buffer.concat([head, size, block, Buffer.alloc(4)]);
}

function zstdRun(length: number): Buffer {
  const blocks: number[] = [];
  for (let rest = length; rest > 0; rest -= 131_072) {
    const size = Math.min(131_072, rest);
    const head = (size << 3) | (1 << 1) | (rest <= 131_072 ? 1 : 0);
    blocks.push(head & 255, (head >> 8) & 255, (head >> 16) & 255, 0);
  }
  // A window of 128 KiB, and no size of the content.
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3, ...blocks]);
}

describe('decompression', () => {
  it.each(codecs)('reads what the Java client compresses with $name', async ({ codec }) => {
    expect(String(await decompress(codec, compressedByJava(codec), TEXT.length))).toBe(TEXT);
  });

  it.each(codecs)('stops at the limit of a $name bomb', async ({ codec }) => {
    const bytes = 1_000_000;
    const decompressed = await decompress(codec, runOf(codec, bytes), bytes);
    expect(decompressed.equals(Buffer.alloc(bytes))).toBe(true);
    await expect(decompress(codec, runOf(codec, bytes), bytes - 1)).rejects.toThrow(
      /decompresses to more than 999999 bytes/,
    );
  });

  it('adds up the blocks of the Java client’s snappy', async () => {
    const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    const block = snappyRun(600);
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    const compressed = Buffer.concat([header, length, block, length, block]);
    expect(await decompress(2, compressed, 1_200)).toEqual(Buffer.alloc(1_200));
    await expect(decompress(2, compressed, 1_199)).rejects.toThrow(/more than 1199 bytes/);
  });

  it('allocates no memory for a length that is only claimed', async () => {
    const claims4GiB = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    await expect(decompress(2, claims4GiB, 1_000)).rejects.toThrow(/more than 1000 bytes/);
  });

  it('returns bytes without a codec as they are, and refuses an unknown codec', async () => {
    const bytes = Buffer.from('as it is');
    expect(await decompress(0, bytes, 1)).toBe(bytes);
    await expect(decompress(7, bytes, 1_000)).rejects.toThrow(
      'it is compressed with codec 7, which is unknown',
    );
  });

  it.each(codecs)(
    'returns bytes or a DecompressionError for any other bytes as $name',
    async ({ codec }) => {
      const good = compressedByJava(codec);
      const bytesMax = 50_000;
      const damage = fc.record({
        cut: fc.nat(good.length),
        changes: fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      });
      const damaged = damage.map(({ cut, changes }) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes.subarray(0, cut);
      });
      const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
      await fc.assert(
        fc.asyncProperty(fc.oneof(damaged, noise), async (bytes) => {
          const result = await decompress(codec, bytes, bytesMax).catch((error: unknown) => error);
          if (Buffer.isBuffer(result)) expect(result.length).toBeLessThanOrEqual(bytesMax);
          else expect(result).toBeInstanceOf(DecompressionError);
        }),
        { numRuns: 300 },
      );
    },
  );
});
