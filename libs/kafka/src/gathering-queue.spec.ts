import { GatheringQueue, type GatheringLimits } from './gathering-queue.js';

/** Runs that end when the test says so. */
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
    if (run === undefined) throw new Error('No run is under way');
    if (error) run.bad(error);
    else run.good();
    await settled();
  }
}

const settled = () => new Promise((later) => setImmediate(later));

function given(
  limits: Partial<GatheringLimits> = {},
  mayBeOneItem: (error: unknown) => boolean = () => false,
) {
  const runs = new Runs();
  const queue = new GatheringQueue<string>(
    { run: runs.run, sizeOf: (item) => item.length, mayBeOneItem },
    { runSizeMax: 100, runItemsMax: 100, waitingItemsMax: 100, ...limits },
  );
  return { runs, queue };
}

/** What became of an `add`. */
function outcomeOf(added: Promise<void>): { is: string } {
  const outcome = { is: 'waiting' };
  added.then(
    () => (outcome.is = 'done'),
    (error: Error) => (outcome.is = error.message),
  );
  return outcome;
}

describe('a gathering queue', () => {
  it('gathers what comes during a run into the next one, in order, and never runs twice at once', async () => {
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

  it('takes no more into a run than its size and number allow, but always something', async () => {
    const { runs, queue } = given({ runSizeMax: 4, runItemsMax: 3 });
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

  it('rejects those whose run failed, and goes on with the rest', async () => {
    const { runs, queue } = given({ runItemsMax: 2 });
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

  it('runs every caller alone when one item may be what failed', async () => {
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

  it('lets callers wait for room, in the order in which they came', async () => {
    const { runs, queue } = given({ waitingItemsMax: 2, runItemsMax: 1 });
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

  it('is idle when nothing waits, runs, or waits for room', async () => {
    const { runs, queue } = given({ waitingItemsMax: 1, runItemsMax: 1 });
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

  it('has nothing to do for no items', async () => {
    const { runs, queue } = given();
    await queue.add([]);
    expect(runs.items).toEqual([]);
  });
});
