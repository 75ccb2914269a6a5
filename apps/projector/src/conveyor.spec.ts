import type { Batch, Position, RecordedEvent } from '#event-store';
import { BATCH_EVENTS_MAX, Conveyor } from './conveyor.js';

const at = (place: number): Position => String(place).padStart(4, '0') as Position;

const batch = (from: number, to: number): Batch => {
  const event = (place: number): RecordedEvent => ({
    id: '',
    type: '',
    data: '',
    meta: '',
    hash: new Uint8Array(32),
    stream: 's',
    revision: place,
    position: at(place),
  });
  return {
    events: Array.from({ length: to - from + 1 }, (_, index) => event(from + index)),
    next: at(to),
  };
};

interface Write {
  readonly after: Position | null;
  readonly batch: Batch;
  readonly done: () => void;
  readonly fail: (cause: Error) => void;
}

/** Tables that answer when the test says so. */
function tables(paceMs = 0): { readonly writes: Write[]; readonly conveyor: Conveyor } {
  const writes: Write[] = [];
  const conveyor = new Conveyor(
    (after, one) =>
      new Promise((done, fail) => {
        writes.push({ after, batch: one, done, fail });
      }),
    null,
    paceMs,
  );
  return { writes, conveyor };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the conveyor', () => {
  it('hands on what comes, each batch behind the one before', async () => {
    const { writes, conveyor } = tables();
    await conveyor.take(batch(1, 3));
    await conveyor.take(batch(4, 5));
    expect(writes.map(({ after, batch: { next } }) => [after, next])).toEqual([
      [null, at(3)],
      [at(3), at(5)],
    ]);
  });

  it('gathers into one batch what comes while two are under way', async () => {
    const { writes, conveyor } = tables();
    for (const [from, to] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 6],
    ] as const) {
      await conveyor.take(batch(from, to));
    }
    expect(writes).toHaveLength(2);
    writes[0]!.done();
    await settle();
    expect(writes[2]!.after).toBe(at(2));
    expect(writes[2]!.batch.events.map(({ revision }) => revision)).toEqual([3, 4, 5, 6]);
    expect(writes[2]!.batch.next).toBe(at(6));
  });

  it('lets the store wait once it holds a full batch', async () => {
    const { writes, conveyor } = tables();
    await conveyor.take(batch(1, 1));
    await conveyor.take(batch(2, 2));
    let taken = false;
    const taking = conveyor.take(batch(3, 2 + BATCH_EVENTS_MAX)).then(() => (taken = true));
    await settle();
    expect(taken).toBe(false);
    writes[0]!.done();
    await taking;
    expect(writes).toHaveLength(3);
  });

  it('is not led back by what is delivered again', async () => {
    const { writes, conveyor } = tables();
    await conveyor.take(batch(1, 9));
    await conveyor.take(batch(1, 3));
    await conveyor.take(batch(10, 12));
    await conveyor.take(batch(4, 5));
    writes[0]!.done();
    await settle();
    expect(writes.map(({ after }) => after)).toEqual([null, at(9), at(9)]);
    expect(writes[2]!.batch.next).toBe(at(12));
  });

  it('lets small batches that come close after each other go together', async () => {
    const { writes, conveyor } = tables(30);
    const begin = performance.now();
    for (const n of [1, 2, 3, 4]) await conveyor.take(batch(n, n));
    expect(writes).toHaveLength(1);
    while (writes.length < 2) await settle();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
    expect(writes[1]!.batch.events).toHaveLength(3);
  });

  it('does not hold a large batch up', async () => {
    const { writes, conveyor } = tables(10_000);
    await conveyor.take(batch(1, 1));
    await conveyor.take(batch(2, 600));
    expect(writes).toHaveLength(2);
    await settle();
  });

  it('does not wait for its time when it drains', async () => {
    const { writes, conveyor } = tables(10_000);
    await conveyor.take(batch(1, 1));
    await conveyor.take(batch(2, 2));
    const draining = conveyor.drain();
    expect(writes).toHaveLength(2);
    for (const { done } of writes) done();
    await draining;
  });

  it('takes nothing more once a write has failed, and says why', async () => {
    const { writes, conveyor } = tables();
    await conveyor.take(batch(1, 1));
    writes[0]!.fail(new Error('no room on the disk'));
    await settle();
    expect(conveyor.failed.aborted).toBe(true);
    await expect(conveyor.take(batch(2, 2))).rejects.toThrow('no room on the disk');
    expect(writes).toHaveLength(1);
  });

  it('gives the first failure in order as the reason, whichever is heard of first', async () => {
    const { writes, conveyor } = tables();
    await conveyor.take(batch(1, 1));
    await conveyor.take(batch(2, 2));
    writes[1]!.fail(new Error('moved'));
    await settle();
    expect(conveyor.failed.aborted).toBe(false);
    writes[0]!.fail(new Error('poison'));
    await conveyor.drain();
    expect(conveyor.failed.reason).toEqual(new Error('poison'));
  });

  it.each([0, 10_000])('drains: what was gathered is written too (pace %i ms)', async (paceMs) => {
    const { writes, conveyor } = tables(paceMs);
    await conveyor.take(batch(1, 600));
    await conveyor.take(batch(601, 1_200));
    await conveyor.take(batch(1_201, 1_201));
    let drained = false;
    const draining = conveyor.drain().then(() => (drained = true));
    writes[0]!.done();
    writes[1]!.done();
    await settle();
    expect(drained).toBe(false);
    writes[2]!.done();
    await draining;
  });
});
