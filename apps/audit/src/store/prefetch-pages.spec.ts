import { prefetchPages } from './prefetch-pages.js';

/** Reads the numbers below `end`, three a page, and notes each read. */
function reader(end: number, failAt = Infinity) {
  const reads: number[] = [];
  const read = async (from: number | null) => {
    const start = from ?? 0;
    reads.push(start);
    if (start >= failAt) throw new Error(`no page at ${start}`);
    const page = [0, 1, 2].map((offset) => start + offset).filter((number) => number < end);
    return { page, next: start + 3 < end ? start + 3 : null };
  };
  return { read, reads };
}

async function all(pages: AsyncIterable<readonly number[]>): Promise<number[]> {
  const seen: number[] = [];
  for await (const page of pages) seen.push(...page);
  return seen;
}

describe('prefetchPages', () => {
  it.each([0, 1, 3, 4, 9, 10])('yields all of %i items in order', async (end) => {
    expect(await all(prefetchPages(reader(end).read))).toEqual([...Array(end).keys()]);
  });

  it('reads each page once', async () => {
    const { read, reads } = reader(10);
    await all(prefetchPages(read));
    expect(reads).toEqual([0, 3, 6, 9]);
  });

  it('requests the next page before the current one is used, and no more', async () => {
    const { read, reads } = reader(100);
    const pages = prefetchPages(read);
    await pages.next();
    expect(reads).toEqual([0, 3]);
    await pages.next();
    expect(reads).toEqual([0, 3, 6]);
    await pages.return();
  });

  it('yields no empty page', async () => {
    const pages: unknown[] = [];
    for await (const page of prefetchPages(reader(0).read)) pages.push(page);
    expect(pages).toEqual([]);
  });

  it('fails behind the pages that were read', async () => {
    const seen: number[] = [];
    const reading = (async () => {
      for await (const page of prefetchPages(reader(100, 6).read)) seen.push(...page);
    })();
    await expect(reading).rejects.toThrow('no page at 6');
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leaves no unhandled failure when the caller stops early', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    for await (const page of prefetchPages(reader(100, 3).read)) {
      expect(page).toEqual([0, 1, 2]);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
