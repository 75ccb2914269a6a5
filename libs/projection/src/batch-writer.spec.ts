import type { EventBatch, Position, RecordedEvent } from '#event-store';
import type { WriteResult } from '#read-model';
import { BatchWriter, CheckpointConflict, type AppliedBatch } from './batch-writer.js';

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

/** Tables that answer when the test says so. */
function batchWriterOn(
  paceMs = 0,
  room = () => Promise.resolve(),
  parkingUpTo: Position | null = null,
) {
  const writes: Write[] = [];
  const careful: Write[] = [];
  const carried: AppliedBatch[] = [];
  const into =
    (list: Write[]) =>
    (after: Position | null, one: EventBatch): Promise<WriteResult> =>
      new Promise((resolve, fail) => {
        list.push({ after, batch: one, done: (applied = APPLIED) => resolve(applied), fail });
      });
  const conveyor = new BatchWriter(
    {
      writer: { write: into(writes), writeWithParking: into(careful), waitForCapacity: room },
      onApplied: (one) => carried.push(one),
      minIntervalMs: paceMs,
      parkingUpTo,
    },
    null,
  );
  return { writes, careful, carried, conveyor };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the conveyor', () => {
  it('hands on what comes, each batch behind the one before', async () => {
    const { writes, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 3));
    await writer.add(batch(4, 5));
    expect(writes.map(({ after, batch: { next } }) => [after, next])).toEqual([
      [null, at(3)],
      [at(3), at(5)],
    ]);
  });

  it('tells what is in the tables, and how far they are with it', async () => {
    const { writes, carried: applied, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 3));
    await writer.add(batch(1, 3));
    writes[0]!.done();
    writes[1]!.done({ kind: 'nothing' });
    await writer.drain();
    expect(applied).toHaveLength(1);
    expect(applied[0]).toMatchObject({ ...APPLIED, position: at(3) });
  });

  it('writes one batch after the other, alone, up to where an attempt has failed', async () => {
    const {
      writes,
      careful: parkingWrites,
      carried: applied,
      conveyor: writer,
    } = batchWriterOn(0, () => Promise.resolve(), at(4));
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

  it('is still careful where care did not help', async () => {
    const { careful: parkingWrites, conveyor: writer } = batchWriterOn(
      0,
      () => Promise.resolve(),
      at(4),
    );
    const taking = writer.add(batch(1, 6));
    parkingWrites[0]!.fail(new Error('poison'));
    await expect(taking).rejects.toThrow('poison');
    expect(writer.isParking).toBe(true);
  });

  it('ends when somebody else has moved the tables', async () => {
    const { writes, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 3));
    writes[0]!.done({ kind: 'moved' });
    await writer.drain();
    expect(writer.failed.reason).toBeInstanceOf(CheckpointConflict);
  });

  it('lets the store wait while the tables have no room', async () => {
    let thereIsRoom = (): void => undefined;
    const room = () => new Promise<void>((resolve) => (thereIsRoom = resolve));
    const { writes, conveyor: writer } = batchWriterOn(0, room);
    let taken = false;
    const taking = writer.add(batch(1, 1)).then(() => (taken = true));
    await settle();
    expect(writes).toHaveLength(1);
    expect(taken).toBe(false);
    thereIsRoom();
    await taking;
  });

  it('is not led back by what is delivered again', async () => {
    const { writes, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 9));
    await writer.add(batch(1, 3));
    await writer.add(batch(10, 12));
    expect(writes.map(({ after }) => after)).toEqual([null, at(9), at(9)]);
  });

  it('knows the furthest of what goes together, also when that was delivered again', async () => {
    const { writes, conveyor: writer } = batchWriterOn(10_000);
    await writer.add(batch(1, 1));
    await writer.add(batch(2, 5));
    await writer.add(batch(2, 3));
    const draining = writer.drain();
    expect(writes[1]).toMatchObject({ after: at(1), batch: { next: at(5) } });
    expect(writes[1]!.batch.events.map(({ revision }) => revision)).toEqual([2, 3, 4, 5, 2, 3]);
    for (const { done } of writes) done();
    await draining;
  });

  it('lets small batches that come close after each other go together', async () => {
    const { writes, conveyor: writer } = batchWriterOn(30);
    const begin = performance.now();
    for (const n of [1, 2, 3, 4]) await writer.add(batch(n, n));
    expect(writes).toHaveLength(1);
    while (writes.length < 2) await settle();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
    expect(writes[1]!.batch.events).toHaveLength(3);
  });

  it('does not hold a large batch up', async () => {
    const { writes, conveyor: writer } = batchWriterOn(10_000);
    await writer.add(batch(1, 1));
    await writer.add(batch(2, 600));
    expect(writes).toHaveLength(2);
    await settle();
  });

  it('does not wait for its time when it drains', async () => {
    const { writes, conveyor: writer } = batchWriterOn(10_000);
    await writer.add(batch(1, 1));
    await writer.add(batch(2, 2));
    const draining = writer.drain();
    expect(writes).toHaveLength(2);
    for (const { done } of writes) done();
    await draining;
  });

  it('takes nothing more once a write has failed, and says why', async () => {
    const { writes, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 1));
    writes[0]!.fail(new Error('no room on the disk'));
    await settle();
    expect(writer.failed.aborted).toBe(true);
    await expect(writer.add(batch(2, 2))).rejects.toThrow('no room on the disk');
    expect(writes).toHaveLength(1);
  });

  it('gives the first failure in order as the reason, whichever is heard of first', async () => {
    const { writes, conveyor: writer } = batchWriterOn();
    await writer.add(batch(1, 1));
    await writer.add(batch(2, 2));
    writes[1]!.fail(new Error('moved'));
    await settle();
    expect(writer.failed.aborted).toBe(false);
    writes[0]!.fail(new Error('poison'));
    await writer.drain();
    expect(writer.failed.reason).toEqual(new Error('poison'));
  });

  it.each([0, 10_000])(
    'drains: what was gathered is written too (pace %i ms)',
    async (minIntervalMs) => {
      const { writes, conveyor: writer } = batchWriterOn(minIntervalMs);
      await writer.add(batch(1, 600));
      await writer.add(batch(601, 1_200));
      await writer.add(batch(1_201, 1_201));
      let drained = false;
      const draining = writer.drain().then(() => (drained = true));
      writes[0]!.done();
      writes[1]!.done();
      await settle();
      expect(drained).toBe(false);
      writes[2]!.done();
      await draining;
    },
  );
});
