import { ManualClock } from '#async/testing';
import type { EventBatch, Position, RecordedEvent } from '#event-store';
import { CheckpointConflict, type WriteResult } from '#read-model';
import { BatchWriter, type AppliedBatch } from './batch-writer.js';

const at = (place: number): Position => String(place).padStart(4, '0') as Position;

const batch = (from: number, to: number): EventBatch => {
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
  readonly batch: EventBatch;
  readonly done: (applied?: WriteResult) => void;
  readonly fail: (cause: Error) => void;
}

const APPLIED: WriteResult = { kind: 'applied', rows: 2, events: 1, parked: [], state: 'live' };

interface Options {
  readonly minIntervalMs?: number;
  readonly waitForCapacity?: () => Promise<void>;
  readonly parkingUpTo?: Position | null;
}

/** A writer into tables that answer when the test says so. */
function openWriter({
  minIntervalMs = 0,
  waitForCapacity = () => Promise.resolve(),
  parkingUpTo = null,
}: Options = {}) {
  const writes: Write[] = [];
  const parkingWrites: Write[] = [];
  const applied: AppliedBatch[] = [];
  const clock = new ManualClock();
  const into =
    (list: Write[]) =>
    (after: Position | null, one: EventBatch): Promise<WriteResult> =>
      new Promise((resolve, fail) => {
        list.push({ after, batch: one, done: (result = APPLIED) => resolve(result), fail });
      });
  const writer = new BatchWriter(
    {
      writer: { write: into(writes), writeWithParking: into(parkingWrites), waitForCapacity },
      onApplied: (one) => applied.push(one),
      minIntervalMs,
      clock,
      parkingUpTo,
    },
    null,
  );
  return { writes, parkingWrites, applied, writer, clock };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise has resolved. */
function noting(promise: Promise<unknown>): { isDone: boolean } {
  const noted = { isDone: false };
  void promise.then(() => (noted.isDone = true));
  return noted;
}

describe('the batch writer', () => {
  it('starts to write each batch after the one before', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 3));
    await writer.add(batch(4, 5));
    expect(writes.map(({ after, batch: { next } }) => [after, next])).toEqual([
      [null, at(3)],
      [at(3), at(5)],
    ]);
  });

  it('reports what is in the tables, and up to which position', async () => {
    const { writes, applied, writer } = openWriter();
    await writer.add(batch(1, 3));
    await writer.add(batch(1, 3));
    writes[0]!.done();
    writes[1]!.done({ kind: 'nothing' });
    await writer.drain();
    expect(applied).toHaveLength(1);
    expect(applied[0]).toMatchObject({ ...APPLIED, position: at(3) });
  });

  it('writes each batch by itself up to where an attempt has failed', async () => {
    const { writes, parkingWrites, applied, writer } = openWriter({ parkingUpTo: at(4) });
    const first = writer.add(batch(1, 3));
    expect([parkingWrites.length, writes.length, writer.isParking]).toEqual([1, 0, true]);
    parkingWrites[0]!.done();
    await first;
    const second = writer.add(batch(4, 6));
    parkingWrites[1]!.done();
    await second;
    expect(parkingWrites.map(({ after }) => after)).toEqual([null, at(3)]);
    expect(writer.isParking).toBe(false);
    await writer.add(batch(7, 8));
    expect(writes).toMatchObject([{ after: at(6) }]);
    expect(writer.acceptedUpTo).toBe(at(8));
    expect(applied).toHaveLength(2);
  });

  it('goes on writing batches by themselves when that fails', async () => {
    const { parkingWrites, writer } = openWriter({ parkingUpTo: at(4) });
    const adding = writer.add(batch(1, 6));
    parkingWrites[0]!.fail(new Error('poison'));
    await expect(adding).rejects.toThrow('poison');
    expect(writer.isParking).toBe(true);
  });

  it('fails when another process has moved the tables', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 3));
    writes[0]!.done({ kind: 'conflict' });
    await writer.drain();
    expect(writer.failed.reason).toBeInstanceOf(CheckpointConflict);
  });

  it('makes the store wait while the table writer has no capacity', async () => {
    let freeCapacity = (): void => undefined;
    const waitForCapacity = () => new Promise<void>((resolve) => (freeCapacity = resolve));
    const { writes, writer } = openWriter({ waitForCapacity });
    const adding = writer.add(batch(1, 1));
    const added = noting(adding);
    await settle();
    expect(writes).toHaveLength(1);
    expect(added.isDone).toBe(false);
    freeCapacity();
    await adding;
  });

  it('does not move back when a batch is delivered again', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 9));
    await writer.add(batch(1, 3));
    expect(writer.acceptedUpTo).toBe(at(9));
    await writer.add(batch(10, 12));
    expect(writes.map(({ after }) => after)).toEqual([null, at(9), at(9)]);
  });

  it('makes the store wait after a small batch, so that the next one is larger', async () => {
    const { writes, writer, clock } = openWriter({ minIntervalMs: 30 });
    const added = noting(writer.add(batch(1, 1)));
    expect(writes).toHaveLength(1);
    await clock.advance(29);
    expect(added.isDone).toBe(false);
    await clock.advance(1);
    expect(added.isDone).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('asks for the next batch at once after a large one', async () => {
    const { writes, writer, clock } = openWriter({ minIntervalMs: 10_000 });
    await writer.add(batch(1, 600));
    await writer.add(batch(601, 1_100));
    expect(writes).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  it('does not wait for more once a write has failed', async () => {
    const { writes, writer, clock } = openWriter({ minIntervalMs: 10_000 });
    const adding = writer.add(batch(1, 1));
    writes[0]!.fail(new Error('no space left on the disk'));
    await expect(adding).rejects.toThrow('no space left on the disk');
    expect(clock.timers).toBe(0);
  });

  it('accepts no batch once a write has failed, and says why', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 1));
    writes[0]!.fail(new Error('no space left on the disk'));
    await settle();
    expect(writer.failed.aborted).toBe(true);
    await expect(writer.add(batch(2, 2))).rejects.toThrow('no space left on the disk');
    expect(writes).toHaveLength(1);
  });

  it('fails with the first failure in order, whichever is reported first', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 1));
    await writer.add(batch(2, 2));
    writes[1]!.fail(new Error('moved'));
    await settle();
    expect(writer.failed.aborted).toBe(false);
    writes[0]!.fail(new Error('poison'));
    await writer.drain();
    expect(writer.failed.reason).toEqual(new Error('poison'));
  });

  it('drains when every write is done', async () => {
    const { writes, writer } = openWriter();
    await writer.add(batch(1, 600));
    await writer.add(batch(601, 1_200));
    await writer.add(batch(1_201, 1_201));
    const draining = writer.drain();
    const drained = noting(draining);
    writes[0]!.done();
    writes[1]!.done();
    await settle();
    expect(drained.isDone).toBe(false);
    writes[2]!.done();
    await draining;
  });

  it('drains at once while the store waits after a small batch', async () => {
    const { writes, writer } = openWriter({ minIntervalMs: 10_000 });
    void writer.add(batch(1, 1));
    const draining = writer.drain();
    writes[0]!.done();
    await draining;
  });
});
