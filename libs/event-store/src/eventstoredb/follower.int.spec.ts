import { randomUUID } from 'node:crypto';
import { ManualClock } from '#async/testing';
import { EventStoreDbProtocolServer } from '#testing';
import type { EventBatch, Position } from '../index.js';
import { readAllPages, startFollowing, idsOf, revisionsOf } from '../testing/stream-writer.js';
import { EventStoreDbEventStore } from './eventstoredb-event-store.js';
import type { EventStoreDbOptions } from './options.js';
import {
  eventually,
  StreamWriter,
  MANUAL_DEADLINE_MS,
  withStore,
} from '../testing/eventstoredb-fixtures.js';

const QUICK: EventStoreDbOptions = {
  deadlineMs: 30_000,
  backoffMsMin: 10,
  backoffMsMax: 100,
  random: () => 0.5,
};

/** Only a hang would wait so long. */
const NEVER_MS = 600_000;
const SILENCE_MS_MAX = 60_000;

describe('The EventStoreDB adapter, following,', () => {
  const on = withStore({ ...QUICK, streamPrefixes: ['points-'] });

  /** An event of another program. */
  const foreign = (stream = '$of-the-server') =>
    on.server.log.append(stream, {
      id: randomUUID(),
      type: 'foreign',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      meta: new Uint8Array(),
    });

  /** Follows and records every batch, empty or not. */
  const batches = (after: Position | null, store = on.store) => {
    const stop = new AbortController();
    const seen: EventBatch[] = [];
    const done = store.follow(after, async (batch) => void seen.push(batch), stop.signal);
    return { seen, done, stop };
  };

  it('begins after its position, as readAll does, although the server treats the two differently', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 3);
    const [, second] = await readAllPages(on.store, null);
    const after = second?.position ?? null;
    expect(revisionsOf(await readAllPages(on.store, after))).toEqual([2]);
    const follower = startFollowing(on.store, after, writer.stream);
    await eventually('the event arrived', () => follower.events.length > 0);
    await follower.end();
    expect(revisionsOf(follower.events)).toEqual([2]);
  });

  it('delivers streams of its prefix and no others', async () => {
    foreign('other-1');
    const writer = new StreamWriter();
    await writer.append(on.store, 2);
    foreign('other-2');
    const { seen, done, stop } = batches(null);
    await eventually('the events arrived', () => seen.flatMap((b) => b.events).length === 2);
    stop.abort();
    await done;
    expect(await readAllPages(on.store, null)).toHaveLength(2);
    expect(await on.store.head()).toBe(seen.flatMap((b) => b.events).at(-1)?.position);
  });

  it('without a prefix, delivers all but the server’s own streams', async () => {
    const store = new EventStoreDbEventStore(on.server.connectionString, QUICK);
    foreign();
    await new StreamWriter('points-1').append(store);
    await new StreamWriter('other-1').append(store);
    foreign('$$points-1');
    const { seen, done, stop } = batches(null, store);
    await eventually('the events arrived', () => seen.flatMap((b) => b.events).length === 2);
    stop.abort();
    await done;
    expect(await readAllPages(store, null)).toHaveLength(2);
    await store.close();
  });

  it('advances over events of others, and finds its head and pages after them', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store);
    const head = await on.store.head();
    for (let i = 0; i < 2_500; i += 1) foreign();
    const { seen, done, stop } = batches(null);
    await eventually('the checkpoints arrived', () => (seen.at(-1)?.next ?? '') > (head ?? ''));
    stop.abort();
    await done;
    expect(seen.flatMap((b) => b.events)).toHaveLength(1);
    expect(await on.store.head()).toBe(head);
    const page = await on.store.readAll(head, 10);
    expect(page).toMatchObject({ events: [], atHead: false });
    expect(await readAllPages(on.store, head)).toEqual([]);
    const late = await writer.append(on.store);
    expect(idsOf(await readAllPages(on.store, head))).toEqual(idsOf(late));
  });

  it('delivers checkpoints in order: none ahead of an event, none backwards', async () => {
    const writer = new StreamWriter();
    const nexts: string[] = [];
    const revisions: number[] = [];
    const stop = new AbortController();
    let inside = 0;
    const done = on.store.follow(
      null,
      async ({ events, next }) => {
        inside += 1;
        expect(inside).toBe(1);
        for (const event of events) expect(event.position > (nexts.at(-1) ?? '')).toBe(true);
        revisions.push(...events.map((e) => e.revision));
        nexts.push(next);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      },
      stop.signal,
    );
    for (let i = 0; i < 20; i += 1) {
      await writer.append(on.store, 5);
      for (let j = 0; j < 60; j += 1) foreign();
    }
    await eventually('all events arrived', () => revisions.length === 100);
    stop.abort();
    await done;
    expect(revisions).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(nexts).toEqual([...nexts].sort());
    expect(new Set(nexts).size).toBe(nexts.length);
  });

  it('subscribes again when the server comes back, without loss or duplicates', async () => {
    const writer = new StreamWriter();
    const follower = startFollowing(on.store, null, writer.stream);
    await writer.append(on.store, 2);
    await eventually('the early events arrived', () => follower.events.length === 2);
    await on.server.stop();
    await eventually('it retried several times', () => on.reports.interrupted.length > 5);
    await on.server.start();
    await eventually('the late events arrived', async () => {
      const result = await on.store.append(writer.stream, 1, writer.next());
      return result.kind === 'ok';
    });
    await eventually('the late events arrived', () => follower.events.length === 3);
    await follower.end();
    expect(revisionsOf(follower.events)).toEqual([0, 1, 2]);
  });

  it('backs off longer after each failure, up to its limit, with jitter', async () => {
    await on.server.stop();
    const { done, stop } = batches(null);
    await eventually('it retried', () => on.reports.interrupted.length > 6);
    stop.abort();
    await done;
    const waits = on.reports.interrupted.slice(0, 6);
    expect(waits).toEqual([8, 15, 30, 60, 75, 75]);
  });

  it.each([
    ['cut', { kind: 'cut', afterEvents: 7 }],
    ['dropped with an error', { kind: 'drop', afterEvents: 7, as: 'internal' }],
    ['ended by the server', { kind: 'drop', afterEvents: 7, as: 'end' }],
    ['refused as busy', { kind: 'busy' }],
    [
      'refused by a follower node',
      { kind: 'not-leader', leader: { address: '127.0.0.1', port: 1 } },
    ],
  ] as const)(
    'continues after the last delivered event when its subscription is %s',
    async (_how, fault) => {
      const writer = new StreamWriter();
      await writer.append(on.store, 40);
      let strikes = 3;
      on.server.faults.read = (call) => {
        if (!call.isSubscription || strikes === 0) return undefined;
        strikes -= 1;
        return fault;
      };
      const follower = startFollowing(on.store, null, writer.stream);
      await eventually('all events arrived', () => follower.events.length >= 40);
      await follower.end();
      expect(strikes).toBe(0);
      expect(revisionsOf(follower.events)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    },
  );

  it('limits the wait for the confirmation of a subscription', async () => {
    await new StreamWriter().append(on.store, 4);
    let subscriptions = 0;
    on.server.faults.read = () => ((subscriptions += 1) <= 3 ? { kind: 'swallow' } : undefined);
    const clock = new ManualClock();
    const url = on.server.connectionString;
    const interrupted: number[] = [];
    const store = new EventStoreDbEventStore(
      url,
      { ...QUICK, deadlineMs: MANUAL_DEADLINE_MS, silenceMsMax: 2 * MANUAL_DEADLINE_MS, clock },
      { followInterrupted: (_cause, waitMs) => void interrupted.push(waitMs) },
    );
    const { seen, done, stop } = batches(null, store);
    for (let n = 1; n <= 3; n += 1) {
      await eventually('it subscribes', () => subscriptions === n);
      await clock.advance(MANUAL_DEADLINE_MS - 1);
      expect(interrupted).toHaveLength(n - 1);
      await clock.advance(1);
      await eventually('it backs off', () => interrupted.length === n && clock.timers > 0);
      await clock.advance(interrupted.at(-1) ?? 0);
    }
    await eventually('all events arrived', () => seen.flatMap((b) => b.events).length === 4);
    stop.abort();
    await done;
    await store.close();
  });

  it('skips events that it has delivered before when the server sends them again', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 20);
    on.server.faults.read = () => ({ kind: 'duplicate' });
    const follower = startFollowing(on.store, null, writer.stream);
    await eventually('all events arrived', () => follower.events.length >= 20);
    await follower.end();
    expect(revisionsOf(follower.events)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('rejects a position beyond the end of the store, because an older state was restored', async () => {
    const older = await on.store.readAll(null, 1);
    await new StreamWriter().append(on.store, 3);
    const head = await on.store.head();
    const restored = await EventStoreDbProtocolServer.start();
    const store = new EventStoreDbEventStore(restored.connectionString, QUICK);
    await expect(batches(head, store).done).rejects.toMatchObject({ code: 'broken-order' });
    const { done, stop } = batches(older.next, store);
    stop.abort();
    await done;
    await store.close();
    await restored.stop();
  });

  it.each(['23.10', '24.10'] as const)(
    'rejects a position without an event, because the store was replaced by another one (%s)',
    async (version) => {
      const other = await EventStoreDbProtocolServer.start({ version });
      const store = new EventStoreDbEventStore(other.connectionString, QUICK);
      const writer = new StreamWriter();
      await writer.append(store, 3);
      const [first] = await readAllPages(store, null);
      const [, commit = 0] = /^es-(\d+)-/.exec(first?.position ?? '') ?? [];
      const middle = String(Number(commit) + 1).padStart(20, '0');
      const { seen, done } = batches(`es-${middle}-${middle}` as Position, store);
      await expect(done).rejects.toMatchObject({
        code: 'broken-order',
        message: expect.stringMatching(/no event of the store has that position/) as string,
      });
      expect(seen).toEqual([]);
      await store.close();
      await other.stop();
    },
  );

  it.each([
    ['only subscriptions', false],
    ['every read', true],
  ])(
    'continues when the server fails for another reason for a while: %s',
    async (_what, readsToo) => {
      const writer = new StreamWriter();
      await writer.append(on.store, 2);
      const [first] = await readAllPages(on.store, null);
      let failing = 6;
      on.server.faults.read = ({ isSubscription }) => {
        if (failing === 0 || !(isSubscription || readsToo)) return undefined;
        if (isSubscription) failing -= 1;
        // The end of the store is read before the subscription.
        return failing === 6 ? undefined : { kind: 'error', as: 'unknown' };
      };
      const follower = startFollowing(on.store, first?.position ?? null, writer.stream);
      await eventually('the event arrived', () => follower.events.length > 0);
      await follower.end();
      expect(revisionsOf(follower.events)).toEqual([1]);
      expect(failing).toBe(0);
    },
  );

  it('delivers a stream with a gap, which the reader has to detect', async () => {
    const writer = new StreamWriter();
    await writer.append(on.store, 3);
    on.server.faults.read = () => ({ kind: 'omit', stream: writer.stream, revision: 1 });
    const { seen, done, stop } = batches(null);
    await eventually('the events arrived', () => seen.flatMap((b) => b.events).length === 2);
    stop.abort();
    await done;
    expect(revisionsOf(seen.flatMap((b) => b.events))).toEqual([0, 2]);
  });

  it('holds back many events for a slow sink, and buffers a limited number', async () => {
    const writer = new StreamWriter();
    const large = JSON.stringify('x'.repeat(5_000));
    for (let i = 0; i < 30; i += 1) await writer.append(on.store, 100, () => large);
    const sizes: number[] = [];
    const stop = new AbortController();
    let seen = 0;
    await on.store.follow(
      null,
      async ({ events }) => {
        for (const event of events) expect(event.revision).toBe(seen++);
        sizes.push(events.length);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (seen === 3_000) stop.abort();
      },
      stop.signal,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  });

  it('continues after the last delivered event on the same connection when it was too slow for the server', async () => {
    const writer = new StreamWriter();
    const stop = new AbortController();
    const revisions: number[] = [];
    let goOn: () => void = () => {};
    const written = new Promise<void>((resolve) => (goOn = resolve));
    const done = on.store.follow(
      null,
      async ({ events }) => {
        await written;
        revisions.push(...events.map(({ revision }) => revision));
        if (revisions.length === 3_000) stop.abort();
      },
      stop.signal,
    );
    await writer.append(on.store);
    const large = JSON.stringify('x'.repeat(2_000));
    for (let i = 0; i < 29; i += 1) await writer.append(on.store, 100, () => large);
    await writer.append(on.store, 99);
    goOn();
    await done;
    expect(revisions).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
    expect(on.reports.interrupted.length).toBeGreaterThan(0);
    expect(on.reports.replaced).toEqual([]);
  });

  it('resolves when it is aborted while it waits for an unreachable server', async () => {
    await on.server.stop();
    const clock = new ManualClock();
    const away = new EventStoreDbEventStore(on.server.connectionString, { ...QUICK, clock });
    const { done, stop } = batches(null, away);
    await eventually('it is waiting', () => clock.timers > 0);
    stop.abort();
    await done;
    expect(clock.timers).toBe(0);
    await away.close();
  });

  it('keeps the connection when it is aborted', async () => {
    const { seen, done, stop } = batches(null);
    await new StreamWriter().append(on.store);
    await eventually('the event arrived', () => seen.length > 0);
    stop.abort();
    await done;
    expect(on.reports.replaced).toEqual([]);
  });
});

describe('The EventStoreDB adapter, following a silent subscription,', () => {
  const clock = new ManualClock();
  const on = withStore({ ...QUICK, silenceMsMax: SILENCE_MS_MAX, deadlineMs: NEVER_MS, clock });

  it('renews a subscription that may be dead, and misses nothing', async () => {
    let subscriptions = 0;
    on.server.faults.read = () => {
      subscriptions += 1;
      return subscriptions < 3 ? { kind: 'stall', afterEvents: 1 } : undefined;
    };
    const writer = new StreamWriter();
    await writer.append(on.store, 4);
    const follower = startFollowing(on.store, null, writer.stream);
    for (const count of [1, 2]) {
      await eventually('it stalls', () => follower.events.length === count && clock.timers === 1);
      await clock.advance(SILENCE_MS_MAX - 1);
      expect(subscriptions).toBe(count);
      await clock.advance(1);
    }
    await eventually('all events arrived', () => follower.events.length === 4);
    await follower.end();
    expect(subscriptions).toBe(3);
    expect(revisionsOf(follower.events)).toEqual([0, 1, 2, 3]);
    expect(on.reports.interrupted).toEqual([]);
  });
});
