import { BatchingQueue, type BatchingLimits } from './batching-queue.js';

/** A runner whose batches end when the test decides. */
class Runs {
  readonly items: string[][] = [];
  readonly #ends: { good(): void; bad(error: Error): void }[] = [];
  under = 0;
  underMost = 0;

  readonly run = (items: readonly string[]): Promise<void> => {
    this.items.push([...items]);
    this.underMost = Math.max(this.underMost, ++this.under);
    return new Promise<void>((good, bad) => this.#ends.push({ good, bad })).finally(
      () => this.under--,
    );
  };

  async end(error?: Error): Promise<void> {
    const run = this.#ends.shift();
    if (run === undefined) throw new Error('No run is in progress');
    if (error) run.bad(error);
    else run.good();
    await settled();
  }
}

const settled = () => new Promise((later) => setImmediate(later));

function given(
  limits: Partial<BatchingLimits> = {},
  isItemError: (error: unknown) => boolean = () => false,
) {
  const runs = new Runs();
  const queue = new BatchingQueue<string>(
    { run: runs.run, sizeOf: (item) => item.length, isItemError },
    { batchSizeMax: 100, batchItemsMax: 100, queuedItemsMax: 100, ...limits },
  );
  return { runs, queue };
}

/** The result of an `add`, once it has settled. */
function outcomeOf(added: Promise<void>): { is: string } {
  const outcome = { is: 'waiting' };
  added.then(
    () => (outcome.is = 'done'),
    (error: Error) => (outcome.is = error.message),
  );
  return outcome;
}

describe('a batching queue', () => {
  it('batches what is added while a batch runs, in order, and never runs two batches at once', async () => {
    const { runs, queue } = given();
    const outcomes = ['a', 'b', 'c'].map((item) => outcomeOf(queue.add([item])));
    await settled();
    expect(runs.items).toEqual([['a']]);
    await runs.end();
    expect(outcomes.map(({ is }) => is)).toEqual(['done', 'waiting', 'waiting']);
    expect(runs.items).toEqual([['a'], ['b', 'c']]);
    await runs.end();
    expect(outcomes.map(({ is }) => is)).toEqual(['done', 'done', 'done']);
    expect(runs.underMost).toBe(1);
  });

  it('limits the size and number of items of a batch, and runs a larger item alone', async () => {
    const { runs, queue } = given({ batchSizeMax: 4, batchItemsMax: 3 });
    const all = outcomeOf(queue.add(['aa', 'bb', 'c', 'd', 'e', 'f', 'larger than allowed', 'g']));
    for (let run = 0; run < 5; run++) {
      await settled();
      expect(all.is).toBe('waiting');
      await runs.end();
    }
    expect(runs.items).toEqual([
      ['aa', 'bb'],
      ['c', 'd', 'e'],
      ['f'],
      ['larger than allowed'],
      ['g'],
    ]);
    expect(all.is).toBe('done');
  });

  it('rejects the callers whose batch failed, and continues with the rest', async () => {
    const { runs, queue } = given({ batchItemsMax: 2 });
    const first = outcomeOf(queue.add(['a']));
    await settled();
    const both = outcomeOf(queue.add(['b', 'c', 'd']));
    const last = outcomeOf(queue.add(['e']));
    await settled();
    await runs.end();
    await runs.end(new Error('away'));
    expect([first.is, both.is, last.is]).toEqual(['done', 'away', 'waiting']);
    await runs.end();
    expect([both.is, last.is]).toEqual(['away', 'done']);
    expect(runs.items).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
  });

  it('runs the items of each caller by themselves when one item may be the cause', async () => {
    const { runs, queue } = given({}, (error) => String(error).includes('too large'));
    void queue.add(['first']);
    await settled();
    const good = outcomeOf(queue.add(['good', 'fine']));
    const bad = outcomeOf(queue.add(['bad']));
    await settled();
    await runs.end();
    await runs.end(new Error('too large'));
    await runs.end();
    await runs.end(new Error('too large'));
    expect(runs.items).toEqual([['first'], ['good', 'fine', 'bad'], ['good', 'fine'], ['bad']]);
    expect([good.is, bad.is]).toEqual(['done', 'too large']);
  });

  it('makes callers wait while it is full, in the order of their calls', async () => {
    const { runs, queue } = given({ queuedItemsMax: 2, batchItemsMax: 1 });
    const done: string[] = [];
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((item) =>
      queue.add([item]).then(() => done.push(item)),
    );
    for (let run = 0; run < 6; run++) {
      await settled();
      await runs.end();
    }
    await Promise.all(all);
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(runs.items.flat()).toEqual(done);
  });

  it('is idle when nothing is queued, runs, or waits to be queued', async () => {
    const { runs, queue } = given({ queuedItemsMax: 1, batchItemsMax: 1 });
    await queue.idle();
    void queue.add(['a']);
    void queue.add(['b']);
    void queue.add(['c']);
    const idle = outcomeOf(queue.idle());
    for (let run = 0; run < 3; run++) {
      await settled();
      expect(idle.is).toBe('waiting');
      await runs.end();
    }
    await settled();
    expect(idle.is).toBe('done');
  });

  it('runs nothing for no items', async () => {
    const { runs, queue } = given();
    await queue.add([]);
    expect(runs.items).toEqual([]);
  });
});
