import type { EventStore, Position, RecordedEvent } from '../port.js';
import {
  eventually,
  readAllPages,
  startFollowing,
  idsOf,
  newStream,
  StreamWriter,
  type OpenStore,
} from '../testing/stream-writer.js';

const risesStrictly = (positions: readonly Position[]) =>
  positions.every((position, i) => i === 0 || (positions[i - 1] ?? '') < position);

const FOREIGN = 'elsewhere:0000000000000001' as Position;
const foreign = { name: 'PermanentStoreError', code: 'foreign-position' };

export function readingAllContract(open: OpenStore): void {
  let store: EventStore;
  beforeAll(async () => {
    store = await open();
    await new StreamWriter().append(store);
  });
  afterAll(() => store.close());

  it('reads all streams in the order they were written, by positions that compare as strings', async () => {
    const before = await store.head();
    const writers = [new StreamWriter(), new StreamWriter(), new StreamWriter()];
    const written: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const writer = writers[i % 3] ?? new StreamWriter();
      written.push(...idsOf(await writer.append(store, (i % 4) + 1)));
    }
    const read = await readAllPages(store, before, 7);
    expect(idsOf(read)).toEqual(written);
    expect(risesStrictly(read.map((e) => e.position))).toBe(true);
    expect(await store.head()).toBe(read.at(-1)?.position);
  });

  it('returns the position of an append', async () => {
    const writer = new StreamWriter();
    const result = await store.append(writer.stream, writer.revision, writer.next(3));
    if (result.kind !== 'ok' || result.position === null) throw new Error('no position');
    expect(result.position).toBe(await store.head());
  });

  it('recognises its own positions by their form', async () => {
    const head = (await store.head()) ?? '';
    expect(store.isPosition(head)).toBe(true);
    for (const other of ['', 'x', FOREIGN, `${head}0`, ` ${head}`, head.slice(1), '-1', '0']) {
      expect([other, store.isPosition(other)]).toEqual([other, false]);
    }
  });

  it('reports whether a page ends at the head', async () => {
    const before = await store.head();
    const writer = new StreamWriter();
    await writer.append(store, 5);
    const part = await store.readAll(before, 3);
    expect([part.events.length, part.atHead]).toEqual([3, false]);
    const rest = await store.readAll(part.next, 100);
    expect([rest.events.length, rest.atHead]).toEqual([2, true]);
  });

  it('reads nothing after the head, and returns the same position', async () => {
    const head = await store.head();
    const page = await store.readAll(head, 10);
    expect(page).toMatchObject({ events: [], atHead: true });
    expect((page.next ?? '') >= (head ?? '')).toBe(true);
  });

  it('rejects a position of another store', async () => {
    await expect(store.readAll(FOREIGN, 10)).rejects.toMatchObject(foreign);
    await expect(
      store.follow(FOREIGN, async () => {}, new AbortController().signal),
    ).rejects.toMatchObject(foreign);
  });
}

export function followingContract(open: OpenStore): void {
  let store: EventStore;
  let other: EventStore;
  beforeAll(async () => {
    store = await open();
    other = await open();
  });
  afterAll(async () => {
    await store.close();
    await other.close();
  });

  it('follows existing and then new events, in order and once', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    const early = await writer.append(store, 3);
    const { events, nexts, end } = startFollowing(store, before, writer.stream);
    await eventually('the early events arrived', () => events.length === 3);
    const late = [...(await writer.append(other, 2)), ...(await writer.append(other, 400))];
    await eventually('the late events arrived', () => events.length === 405);
    await end();
    expect(idsOf(events)).toEqual(idsOf([...early, ...late]));
    expect(risesStrictly(events.map((e) => e.position))).toBe(true);
    expect([...nexts].sort()).toEqual(nexts);
  });

  it('gives every batch a `next` that covers its events', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    await writer.append(store, 700);
    const stop = new AbortController();
    let seen = 0;
    await store.follow(
      before,
      async ({ events, next }) => {
        for (const event of events) expect(event.position <= next).toBe(true);
        seen += events.filter((e) => e.stream === writer.stream).length;
        if (seen === 700) stop.abort();
      },
      stop.signal,
    );
    expect(seen).toBe(700);
  });

  it('waits for the sink before it delivers the next batch', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    await writer.append(store, 1);
    const stop = new AbortController();
    const events: RecordedEvent[] = [];
    let inside = 0;
    let overlapped = false;
    const done = store.follow(
      before,
      async (batch) => {
        inside += 1;
        overlapped ||= inside > 1;
        await writer.append(other, 1);
        events.push(...batch.events.filter((e) => e.stream === writer.stream));
        inside -= 1;
        if (events.length >= 20) stop.abort();
      },
      stop.signal,
    );
    await done;
    expect(overlapped).toBe(false);
    expect(events.map((e) => e.revision)).toEqual(events.map((_, i) => i));
  });

  it('starts directly after the given position', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    await writer.append(store, 10);
    const first = startFollowing(store, before, writer.stream);
    await eventually('the events arrived', () => first.events.length === 10);
    await first.end();
    const middle = first.events[3]?.position ?? null;
    const second = startFollowing(other, middle, writer.stream);
    await eventually('the rest arrived', () => second.events.length >= 6);
    await second.end();
    expect(idsOf(second.events)).toEqual(idsOf(first.events.slice(4)));
  });

  it('resolves when it is aborted before it begins, while it waits, or within the sink', async () => {
    const head = await store.head();
    await store.follow(head, async () => {}, AbortSignal.abort());
    const idle = startFollowing(store, head, newStream());
    await idle.end();
    const stop = new AbortController();
    const writer = new StreamWriter();
    await writer.append(store);
    await store.follow(head, async () => stop.abort(), stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });

  it('ends with the error of its sink', async () => {
    const before = await store.head();
    await new StreamWriter().append(store);
    const poison = new Error('the sink failed');
    const failing = store.follow(
      before,
      async () => Promise.reject(poison),
      new AbortController().signal,
    );
    await expect(failing).rejects.toBe(poison);
  });

  it('delivers the same events to every follower, each at its own pace', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    const followers = [store, other, store].map((s) => startFollowing(s, before, writer.stream));
    for (let i = 0; i < 10; i += 1) await writer.append(store, 3);
    for (const { events } of followers)
      await eventually('all events arrived', () => events.length === 30);
    await Promise.all(followers.map((f) => f.end()));
    const [first, ...rest] = followers.map((f) => idsOf(f.events));
    for (const ids of rest) expect(ids).toEqual(first);
  });
}
