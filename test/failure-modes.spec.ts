import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/failure-modes.md'), 'utf8');

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** The failure modes, each with its number, its specs and their titles. */
const faults = page
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const number = /^(\d+)\. /.exec(section)?.[1];
    if (number === undefined) return [];
    const proofs = [...section.matchAll(/^- \[`[^`]+`\]\(\.\.\/([^)]+)\)([^]*?)(?=^- |^$)/gm)].map(
      ([, file = '', text = '']) => ({
        file,
        sentences: [...text.matchAll(/“([^”]+)”/g)].map(([, sentence = '']) => inOneLine(sentence)),
      }),
    );
    return [{ number: Number(number), proofs }];
  });

describe('docs/failure-modes.md', () => {
  it('lists every numbered fault once', () => {
    const foreseen = Array.from({ length: 49 }, (_, index) => index + 1);
    expect(faults.map(({ number }) => number)).toEqual(foreseen);
  });

  it.each(faults)('names only existing tests for fault $number', ({ proofs }) => {
    expect(proofs.length).toBeGreaterThan(0);
    const missing = proofs.flatMap(({ file, sentences }) => {
      if (!existsSync(join(root, file))) return [file];
      const spec = inOneLine(readFileSync(join(root, file), 'utf8'));
      return sentences.filter((sentence) => !spec.includes(sentence)).map((it) => `${file}: ${it}`);
    });
    expect(missing).toEqual([]);
    expect(proofs.filter(({ sentences }) => sentences.length === 0)).toEqual([]);
  });
});
