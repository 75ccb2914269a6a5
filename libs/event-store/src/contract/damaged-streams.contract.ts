import type { DamagedRecord, EventStore, Position } from '../port.js';
import {
  eventually,
  startFollowing,
  idsOf,
  StreamWriter,
  type Damage,
  type OpenStore,
} from '../testing/stream-writer.js';

/** Damage to one stream is reported at its position, and the events of all others are delivered. */
export function damagedStreamsContract(open: OpenStore, damage: Damage): void {
  let store: EventStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  const kinds: readonly {
    readonly what: string;
    readonly inflict: (stream: string) => Promise<void>;
    readonly reported: Pick<DamagedRecord, 'code' | 'revision'>;
  }[] = [
    {
      what: 'a deleted stream',
      inflict: (stream) => damage.tombstone(stream),
      reported: { code: 'stream-deleted', revision: null },
    },
    {
      what: 'a record of another program',
      inflict: (stream) => damage.writeForeign(stream),
      reported: { code: 'unreadable-record', revision: 2 },
    },
  ];

  const wound = async (inflict: (stream: string) => Promise<void>) => {
    const [whole, hurt] = [new StreamWriter(), new StreamWriter()];
    const before = await store.head();
    await whole.append(store, 1);
    await hurt.append(store, 2);
    await inflict(hurt.stream);
    await whole.append(store, 2);
    return { before, whole, hurt, streams: new RegExp(`${whole.stream}|${hurt.stream}`) };
  };

  it.each(kinds)('reports $what to a follower, and continues', async ({ inflict, reported }) => {
    const { before, whole, hurt, streams } = await wound(inflict);
    const follower = startFollowing(store, before, streams);
    await eventually('all events arrived', () => follower.events.length === 5);
    const late = await whole.append(store, 1);
    await eventually('the later events arrived', () => follower.events.length === 6);
    await follower.end();
    expect(follower.damaged).toMatchObject([{ stream: hurt.stream, ...reported }]);
    expect(idsOf(follower.events).at(-1)).toBe(late[0].id);
    expectInItsPlace(follower.damaged, follower.events);
  });

  it.each(kinds)('reports $what once to a reader of pages', async ({ inflict, reported }) => {
    const { before, hurt, streams } = await wound(inflict);
    const damaged: DamagedRecord[] = [];
    const events = [];
    for (let after: Position | null = before; ;) {
      const page: Awaited<ReturnType<EventStore['readAll']>> = await store.readAll(after, 1);
      expect(page.events.length + (page.damaged ?? []).length).toBeLessThanOrEqual(1);
      events.push(...page.events.filter(({ stream }) => streams.test(stream)));
      damaged.push(...(page.damaged ?? []).filter(({ stream }) => streams.test(stream)));
      after = page.next;
      if (page.atHead) break;
    }
    expect(events).toHaveLength(5);
    expect(damaged).toMatchObject([{ stream: hurt.stream, ...reported }]);
    expectInItsPlace(damaged, events);
  });

  it('delivers the events after a record of another program', async () => {
    const writer = new StreamWriter();
    const before = await store.head();
    await writer.append(store, 1);
    await damage.writeForeign(writer.stream);
    writer.revision += 1;
    await writer.append(store, 1);
    const follower = startFollowing(store, before, writer.stream);
    await eventually('the events arrived', () => follower.events.length === 2);
    await follower.end();
    expect(follower.events.map(({ revision }) => revision)).toEqual([0, 2]);
    expect(follower.damaged).toMatchObject([{ revision: 1 }]);
  });

  it('counts a tombstone as part of the log when it reports its head', async () => {
    const writer = new StreamWriter();
    await writer.append(store, 1);
    const before = await store.head();
    await damage.tombstone(writer.stream);
    const head = await store.head();
    expect((head ?? '') > (before ?? '')).toBe(true);
    await expect(store.readAll(head, 10)).resolves.toMatchObject({ events: [], atHead: true });
  });
}

/** Checks that the damage is reported after the earlier events and before the later ones. */
function expectInItsPlace(
  damaged: readonly DamagedRecord[],
  events: readonly { readonly position: Position }[],
): void {
  const position = damaged[0]?.position ?? '';
  expect(events.slice(0, 3).every((event) => event.position < position)).toBe(true);
  expect(events.slice(3).every((event) => event.position > position)).toBe(true);
}
