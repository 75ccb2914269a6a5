import { MemoryEventStore } from '#event-store/testing';
import { LAG_EVENTS_MAX, measureLag } from './lag.js';
import { TestLedger } from './testing/projector-harness.js';

const COMMITTED = '2030-01-01T00:00:00.000Z';
const nothing = { position: null, committedAt: COMMITTED };
const now = () => Date.parse('2030-01-01T00:01:00.000Z');

describe('the lag of a version', () => {
  it('is zero on an empty store', async () => {
    const lag = await measureLag(new MemoryEventStore(), nothing, now);
    expect(lag).toEqual({ events: 0, seconds: 0 });
  });

  it('counts the events after the checkpoint, and gives the age of the oldest', async () => {
    const store = new MemoryEventStore();
    await new TestLedger(store, 1).run(4);
    const { events } = await store.readAll(null, 100);
    const lag = await measureLag(
      store,
      { position: events[1]!.position, committedAt: COMMITTED },
      now,
    );
    expect(lag.events).toBe(events.length - 2);
    expect(lag.seconds).toBe(58);
  });

  it("uses the time of the last commit when the event can't be read", async () => {
    const store = new MemoryEventStore();
    const event = { id: '00000000-0000-5000-8000-000000000001', type: 'Odd', data: '', meta: '' };
    await store.append('points-x', -1, [{ ...event, hash: new Uint8Array(32) }]);
    expect(await measureLag(store, nothing, now)).toEqual({ events: 1, seconds: 60 });
  });

  it('stops counting at its limit', async () => {
    const store = new MemoryEventStore();
    await new TestLedger(store, 10).run(LAG_EVENTS_MAX + 2_000);
    const { events } = await measureLag(store, nothing, now);
    expect(events).toBeGreaterThanOrEqual(LAG_EVENTS_MAX);
    expect(events).toBeLessThan(LAG_EVENTS_MAX + 1_000);
  });
});
