import { accountStream } from '#identity';
import { EVENT_TYPES } from '../checks/event-types.js';
import type { Damage } from '../checks/findings.js';
import { eventLeaf } from '../evidence/merkle-hashes.js';
import { MerkleFrontier, rootOfLeaves } from '../evidence/merkle-frontier.js';
import type { Span, StoredEvent, StreamDamage } from '../store/event-source.js';
import {
  MemoryEventSource,
  memoryPosition,
  type MemoryEventSourceOptions,
} from '../testing/memory-event-source.js';
import { sampleEvents } from '../testing/sample-events.js';
import { ANNA, USERS } from '../testing/sample-ledger.js';
import { damageKey, runPositionPass } from './position-pass.js';

let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents();
});

const spanOf = (stored: readonly StoredEvent[]): Span => ({
  after: null,
  upTo: memoryPosition(stored.length),
  events: stored.length,
});

async function pass(
  stored: StoredEvent[],
  {
    span = spanOf(stored),
    sizes = null,
    eventsBefore = 0,
    ...options
  }: MemoryEventSourceOptions & {
    readonly span?: Span;
    readonly sizes?: readonly number[] | null;
    readonly eventsBefore?: number;
  } = {},
) {
  let read = 0;
  const result = await runPositionPass(
    new MemoryEventSource(stored, options),
    { span, sizes, eventsBefore, knownTypes: EVENT_TYPES },
    (more) => (read += more),
  );
  return { ...result, found: result.findings.sorted(), read };
}

const brief = (found: readonly Damage[]) =>
  found.map(({ kind, position, detail }) => [kind, position, detail]);

describe('runPositionPass', () => {
  it('finds no damage in dense positions and reports its progress', async () => {
    const { found, events: count, read } = await pass(events);
    expect(found).toEqual([]);
    expect([count, read]).toEqual([events.length, events.length]);
  });

  it('finds missing positions, and says how many', async () => {
    const cut = events.filter((_, index) => index < 20 || index > 22);
    expect(brief((await pass(cut, { span: spanOf(events) })).found)).toEqual([
      ['position-gap', memoryPosition(24), `3 missing before it, behind ${memoryPosition(20)}`],
    ]);
  });

  it('finds that the first position is missing', async () => {
    expect(brief((await pass(events.slice(1), { span: spanOf(events) })).found)).toEqual([
      ['position-gap', memoryPosition(2), '1 missing before it, behind the start'],
    ]);
  });

  it('finds that the last positions of a span are missing', async () => {
    expect(brief((await pass(events.slice(0, -2), { span: spanOf(events) })).found)).toEqual([
      [
        'position-gap',
        memoryPosition(events.length),
        `nothing behind ${memoryPosition(events.length - 2)}`,
      ],
    ]);
  });

  it('finds that a span is empty', async () => {
    expect(brief((await pass([], { span: spanOf(events) })).found)).toEqual([
      ['position-gap', memoryPosition(events.length), 'nothing behind the start'],
    ]);
  });

  it('finds a position that occurs twice', async () => {
    const twice = events.map((event, index) =>
      index === 9 ? { ...event, position: memoryPosition(9) } : event,
    );
    expect(brief((await pass(twice)).found)).toEqual([
      ['position-repeated', memoryPosition(9), `behind ${memoryPosition(9)}`],
      ['position-gap', memoryPosition(11), `1 missing before it, behind ${memoryPosition(9)}`],
    ]);
  });

  it('finds an event of an unknown type', async () => {
    const unknown = events.map((event, index) =>
      index === 4 ? { ...event, type: 'PointsGranted' } : event,
    );
    expect(brief((await pass(unknown)).found)).toEqual([
      ['unknown-type', memoryPosition(5), 'unknown type PointsGranted'],
    ]);
  });

  it('checks a later span from the position behind which it begins', async () => {
    const span = { after: memoryPosition(10), upTo: memoryPosition(30), events: 20 };
    expect((await pass(events, { span })).events).toBe(20);
    const cut = events.filter((_, index) => index !== 10);
    expect(brief((await pass(cut, { span })).found)).toEqual([
      ['position-gap', memoryPosition(12), `1 missing before it, behind ${memoryPosition(10)}`],
    ]);
  });

  it('does not count positions of a store that does not number its events', async () => {
    const span = { after: null, upTo: memoryPosition(events.length), events: null };
    const cut = events.filter((_, index) => index % 3 > 0);
    expect((await pass(cut, { span, countsPositions: false })).found).toEqual([]);
  });

  it('counts the events of each account', async () => {
    const { streams } = await pass(events);
    expect(streams.size).toBe(USERS.length);
    expect(streams.get(accountStream(ANNA))).toBe(events.length / USERS.length);
  });

  it('reports damaged streams and counts their accounts, even without an event', async () => {
    const damage: StreamDamage = {
      kind: 'stream-deleted',
      stream: 'points-gone',
      position: null,
      revision: null,
      detail: 'deleted',
    };
    const { found, streams, damaged } = await pass(events, { damaged: [damage] });
    expect(found).toEqual([damage]);
    expect(streams.get('points-gone')).toBe(0);
    expect([...damaged]).toEqual([damageKey(damage)]);
  });

  it('records the tree at each size that was asked for, and at the end', async () => {
    const { cuts, subtrees } = await pass(events, { sizes: [5, 33] });
    expect(subtrees).toEqual([]);
    expect(cuts.map(({ size }) => size)).toEqual([5, 33, events.length]);
    const leaves = events.map(({ hash }) => eventLeaf(hash));
    for (const { size, rest } of cuts) {
      const tree = new MerkleFrontier();
      for (const leaf of leaves.slice(0, size)) tree.add(leaf);
      expect(rest).toEqual(tree.roots);
      expect(tree.root()).toBe(rootOfLeaves(leaves.slice(0, size)));
    }
  });

  it('counts the events before its span into the sizes', async () => {
    const span = { after: memoryPosition(10), upTo: memoryPosition(30), events: 20 };
    const { cuts } = await pass(events, { span, sizes: [15], eventsBefore: 10 });
    expect(cuts.map(({ size }) => size)).toEqual([15, 30]);
  });

  it('builds no tree when none is asked for', async () => {
    const { cuts } = await pass(events);
    expect(cuts).toEqual([{ size: events.length, rest: [] }]);
  });

  it('reads no events of a span that the store itself says is complete', async () => {
    const source = Object.assign(new MemoryEventSource([]), { isComplete: async () => true });
    const options = { span: spanOf(events), sizes: null, eventsBefore: 0, knownTypes: EVENT_TYPES };
    let read = 0;
    const result = await runPositionPass(source, options, (more) => (read += more));
    expect([result.events, read, result.findings.isClean]).toEqual([
      events.length,
      events.length,
      true,
    ]);
  });

  it('reads the events of a span that is incomplete, or whose tree is asked for', async () => {
    for (const [isComplete, sizes] of [
      [false, null],
      [true, []],
    ] as const) {
      const source = Object.assign(new MemoryEventSource([]), {
        isComplete: async () => isComplete,
      });
      const options = { span: spanOf(events), sizes, eventsBefore: 0, knownTypes: EVENT_TYPES };
      const result = await runPositionPass(source, options, () => {});
      expect(result.findings.sorted()).toMatchObject([{ kind: 'position-gap' }]);
    }
  });
});
