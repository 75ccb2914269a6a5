import { nonEmpty } from '../testing/stream-writer.js';
import { AppendQueue, type QueuedAppend } from './append-queue.js';

const BYTES = 1_000_000;

const queued = (stream: string, data = ''): QueuedAppend => ({
  stream,
  expected: -1,
  events: nonEmpty([{ id: '', type: '', data, meta: '', hash: new Uint8Array(32) }]),
  enqueuedAtMs: 0,
  settle: () => {},
  fail: () => {},
});

function queueOf(...appends: QueuedAppend[]): AppendQueue {
  const queue = new AppendQueue();
  for (const append of appends) queue.add(append);
  return queue;
}

const streams = (batch: readonly QueuedAppend[]) => batch.map((append) => append.stream);

describe('The append queue', () => {
  it('returns appends in the order of their arrival', () => {
    const queue = queueOf(queued('a'), queued('b'), queued('c'));
    expect(streams(queue.take(1, 2, BYTES))).toEqual(['a', 'b']);
    expect(streams(queue.take(1, 2, BYTES))).toEqual(['c']);
    expect(queue.size).toBe(0);
  });

  it('has one append of a stream in flight at a time', () => {
    const queue = queueOf(queued('a'), queued('a'), queued('b'));
    const first = queue.take(1, 10, BYTES);
    expect(streams(first)).toEqual(['a', 'b']);
    expect(queue.take(1, 10, BYTES)).toEqual([]);
    queue.release(first);
    expect(streams(queue.take(1, 10, BYTES))).toEqual(['a']);
  });

  it('limits the bytes of a batch, but returns a larger append alone', () => {
    const queue = queueOf(queued('a', 'x'.repeat(9)), queued('b', 'x'.repeat(3)), queued('c'));
    // An event without any text counts 48 bytes for its hash and id.
    expect(streams(queue.take(1, 10, 100))).toEqual(['a']);
    expect(streams(queue.take(1, 10, 100))).toEqual(['b', 'c']);
  });

  it('divides the waiting appends between concurrent batches', () => {
    const queue = queueOf(...Array.from({ length: 100 }, (_, i) => queued(`s${i}`)));
    expect(queue.take(2, 500, BYTES)).toHaveLength(50);
    expect(queue.take(2, 500, BYTES)).toHaveLength(50);
  });

  it('does not divide small batches', () => {
    const queue = queueOf(...Array.from({ length: 20 }, (_, i) => queued(`s${i}`)));
    expect(queue.take(2, 500, BYTES)).toHaveLength(20);
  });
});
