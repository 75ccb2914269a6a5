import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotCheckError } from '../store/errors.js';
import { runProgram } from '../testing/run-program.js';
import { readChunks, writeFileAtomically } from './files.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'points-files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (name: string): string => join(dir, name);
const MEBIBYTE = 1024 * 1024;

describe('a file in pieces', () => {
  it.each([
    ['empty', ''],
    ['short', '【配音】\n'],
    ['as long as a piece', 'x'.repeat(MEBIBYTE)],
    ['with characters that stand in two pieces', `${'声😀'.repeat(400_000)}\n`],
  ])('is all of it: %s', (_, text) => {
    writeFileSync(file('a'), text);
    expect([...readChunks(file('a'))].join('') === text).toBe(true);
  });

  it('shows what is no UTF-8, also at its end', () => {
    writeFileSync(file('a'), Buffer.from([0x61, 0xff, 0x62, 0xe4, 0xb8]));
    expect([...readChunks(file('a'))].join('')).toBe('a\ufffdb\ufffd');
  });

  it.each(['proof-v1.jsonl', 'anchor-v1.txt'])(
    'is %s no more with a byte behind it',
    async (name) => {
      const key = ['--key', join('test', 'golden', 'anchor-v1.pub')];
      const whole = readFileSync(join('test', 'golden', name));
      for (const [behind, status] of [
        [[], 0],
        [[0xe4], 1],
        [[0x0a], 1],
      ] as const) {
        writeFileSync(file('a'), Buffer.concat([whole, Buffer.from(behind)]));
        expect((await runProgram({}, 'check', file('a'), ...key)).status).toBe(status);
      }
    },
  );
});

describe('a file that is written', () => {
  const failing = new CannotCheckError('the store is gone');
  async function* texts(...given: readonly (string | Error)[]) {
    for (const text of given) {
      await Promise.resolve();
      if (text instanceof Error) throw text;
      yield text;
    }
  }

  it('takes the place of the one before once it is whole', async () => {
    await writeFileAtomically(file('a'), texts('one'));
    await writeFileAtomically(file('a'), texts('an', 'other'));
    expect(readFileSync(file('a'), 'utf8')).toBe('another');
    await expect(writeFileAtomically(file('a'), texts('half', failing))).rejects.toBe(failing);
    expect(readFileSync(file('a'), 'utf8')).toBe('another');
    expect(readdirSync(dir)).toEqual(['a']);
  });

  it('says which one could not be', async () => {
    await expect(writeFileAtomically(dir, texts('x'))).rejects.toThrow(
      `${dir} can't be written: EISDIR`,
    );
    const nowhere = file(join('no', 'such', 'place'));
    await expect(writeFileAtomically(nowhere, texts('x'))).rejects.toThrow(
      `${nowhere} can't be written`,
    );
  });
});
