import { eventStoreContract } from '../contract/event-store.contract.js';
import { collect, StreamWriter } from './stream-writer.js';
import { NO_STREAM } from '../port.js';
import { positionsOf } from '../position.js';
import { MemoryEventStore, type MemoryFault } from './memory-event-store.js';
import { MemoryLog } from './memory-log.js';

const log = new MemoryLog();
eventStoreContract('memory', async () => new MemoryEventStore({ log }), {
  detectsReusedIds: true,
  damage: {
    tombstone: async (stream) => log.tombstone(stream),
    writeForeign: async (stream) => log.writeUnreadable(stream),
  },
});

/** A store on which exactly the first append meets the fault. */
function storeWith(fault: MemoryFault): MemoryEventStore {
  const faults = [fault];
  return new MemoryEventStore({ faultOf: () => faults.shift() });
}

describe('The memory event store with an injected fault', () => {
  it('loses an answer, and recognises the append when it is sent again', async () => {
    const store = storeWith('answer-lost');
    const writer = new StreamWriter();
    const events = writer.next(2);
    expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'unknown' });
    expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'ok' });
    expect(await collect(store.readStream(writer.stream))).toHaveLength(2);
  });

  it('loses an append, and writes it when it is sent again', async () => {
    const store = storeWith('lost-before-commit');
    const writer = new StreamWriter();
    const events = writer.next(2);
    expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'unknown' });
    expect(await collect(store.readStream(writer.stream))).toEqual([]);
    expect(await store.append(writer.stream, NO_STREAM, events)).toMatchObject({ kind: 'ok' });
  });

  it('conflicts without a reason', async () => {
    const store = storeWith('conflict');
    const writer = new StreamWriter();
    const events = writer.next();
    expect(await store.append(writer.stream, NO_STREAM, events)).toEqual({
      kind: 'conflict',
      actual: null,
    });
    expect(await collect(store.readStream(writer.stream))).toEqual([]);
  });

  it('receives an append twice and writes it once', async () => {
    const store = storeWith('repeat');
    const writer = new StreamWriter();
    expect(await store.append(writer.stream, NO_STREAM, writer.next(3))).toMatchObject({
      kind: 'ok',
      revision: 2,
    });
    expect(await collect(store.readStream(writer.stream))).toHaveLength(3);
  });

  it('stalls one append without delaying others', async () => {
    let release = () => {};
    const store = storeWith({
      stallUntil: new Promise((resolve) => {
        release = resolve;
      }),
    });
    const slow = new StreamWriter();
    const stalled = store.append(slow.stream, NO_STREAM, slow.next());
    await new StreamWriter(slow.stream).append(store);
    release();
    expect(await stalled).toEqual({ kind: 'conflict', actual: 0 });
  });

  it('fails a read', async () => {
    const broken = new Error('no answer');
    const store = new MemoryEventStore({ readFaultOf: () => broken });
    await expect(collect(store.readStream('points-u'))).rejects.toBe(broken);
    await expect(store.readAll(null, 1)).rejects.toBe(broken);
    await expect(store.head()).rejects.toBe(broken);
  });
});

describe('The memory event store', () => {
  it('shares its log with later stores', async () => {
    const disk = new MemoryLog();
    const writer = new StreamWriter();
    const first = new MemoryEventStore({ log: disk });
    await writer.append(first, 2);
    await first.close();
    const second = new MemoryEventStore({ log: disk });
    await writer.append(second);
    expect(await collect(second.readStream(writer.stream))).toHaveLength(3);
  });

  it('answers unknown once it is closed, and ends its followers', async () => {
    const store = new MemoryEventStore();
    const followed = store.follow(null, async () => {}, new AbortController().signal);
    await store.close();
    await followed;
    const writer = new StreamWriter();
    expect(await store.append(writer.stream, NO_STREAM, writer.next())).toMatchObject({
      kind: 'unknown',
    });
  });

  it('has no head while it is empty', async () => {
    expect(await new MemoryEventStore().head()).toBeNull();
  });

  it('does not follow from beyond its end', async () => {
    const behind = positionsOf('memory').format(7);
    const signal = new AbortController().signal;
    await expect(
      new MemoryEventStore().follow(behind, async () => {}, signal),
    ).rejects.toMatchObject({ code: 'broken-order' });
  });

  it('finds each of many ids', async () => {
    const store = new MemoryEventStore();
    const writer = new StreamWriter();
    for (let i = 0; i < 100; i += 1) await writer.append(store, 500);
    const [taken] = await collect(store.readStream(writer.stream, { from: 31_415, limit: 1 }));
    if (taken === undefined) throw new Error('nothing was read');
    const thief = new StreamWriter();
    await expect(store.append(thief.stream, NO_STREAM, [taken])).rejects.toMatchObject({
      code: 'event-id-reused',
    });
  });
});
