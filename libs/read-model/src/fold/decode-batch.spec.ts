import type { DamagedRecord, RecordedEvent } from '#event-store';

import { consumed, recharged, userNo } from '../testing/event-builders.js';
import { isDenseSuccessor } from '../testing/open-tables.js';
import { inStoreOrder, positionOf, recordedEvent } from '../testing/vectors.js';
import { decodeBatch } from './decode-batch.js';
import type { Parking } from './parking.js';

const [ONE, OTHER] = [userNo(1), userNo(2)];
const history = [recharged({ balanceAfter: 100 }), consumed({ balanceAfter: 90 })];
const events = inStoreOrder([ONE, OTHER].map((userId) => ({ userId, events: history })));

const foreign = (place: number): RecordedEvent => ({
  ...recordedEvent(ONE, 0, history[0]!, place),
  stream: 'orders-17',
  type: 'Ordered',
});

const damaged = (place: number, stream = `points-${ONE}`): DamagedRecord => ({
  stream,
  revision: null,
  position: positionOf(place),
  code: 'stream-deleted',
  detail: 'a tombstone',
});

const placesOf = (all: readonly { readonly recorded: RecordedEvent }[]) =>
  all.map(({ recorded }) => recorded.position);

describe('a decoded batch', () => {
  it('has the events after the checkpoint, with the rows they make', () => {
    const decoded = decodeBatch(null, { events });
    expect(placesOf(decoded.newEvents)).toEqual([1, 2, 3, 4].map(positionOf));
    expect(decoded.newEvents[2]!.rows.account).toMatchObject({ user_id: ONE, balance: 90 });
    expect([decoded.redelivered, decoded.parkings]).toEqual([[], []]);
    expect(decoded.last).toBe(positionOf(4));
  });

  it('separates the events that were delivered before', () => {
    const decoded = decodeBatch(positionOf(2), { events });
    expect(placesOf(decoded.newEvents)).toEqual([3, 4].map(positionOf));
    expect(decoded.redelivered).toEqual(events.slice(0, 2));
  });

  it('is at its checkpoint when it has nothing new', () => {
    expect(decodeBatch(positionOf(9), { events }).last).toBe(positionOf(9));
    expect(decodeBatch(null, { events: [] }).last).toBeNull();
  });

  it('passes foreign events, new ones and old ones', () => {
    const decoded = decodeBatch(positionOf(1), { events: [foreign(1), foreign(2), foreign(3)] });
    expect([decoded.newEvents, decoded.redelivered]).toEqual([[], []]);
    expect(decoded.last).toBe(positionOf(3));
  });

  it('parks an account at a given event, and does not decode that event', () => {
    const parking: Parking = {
      userId: ONE,
      revision: 1,
      position: positionOf(3),
      code: 'unreadable-event',
      detail: 'data is not JSON',
    };
    const broken = events.map((event, index) => (index === 2 ? { ...event, data: '{' } : event));
    const decoded = decodeBatch(
      null,
      { events: broken },
      { parkedAt: new Map([[parking.position, parking]]) },
    );
    expect(placesOf(decoded.newEvents)).toEqual([1, 2, 4].map(positionOf));
    expect(decoded.parkings).toEqual([{ parking, afterEvents: 2 }]);
  });

  it('parks the account of a damaged record after the events before it', () => {
    const spread = events.map((event, index) => ({
      ...event,
      position: positionOf(2 * index + 1),
    }));
    const decoded = decodeBatch(null, { events: spread, damaged: [damaged(4), damaged(8)] });
    expect(decoded.parkings.map(({ afterEvents }) => afterEvents)).toEqual([2, 4]);
    expect(decoded.last).toBe(positionOf(8));
  });

  it('parks nothing at a damaged record that was delivered before, or of a foreign stream', () => {
    const batch = { events: [], damaged: [damaged(1), damaged(3, 'orders-17')] };
    const decoded = decodeBatch(positionOf(2), batch);
    expect([decoded.parkings, decoded.last]).toEqual([[], positionOf(3)]);
  });

  it('counts damaged records as positions of a dense store', () => {
    const spread = [events[0]!, { ...events[1]!, position: positionOf(3) }];
    const options = { followsDirectly: isDenseSuccessor };
    expect(decodeBatch(null, { events: spread, damaged: [damaged(2)] }, options).last).toBe(
      positionOf(3),
    );
    expect(() => decodeBatch(null, { events: spread }, options)).toThrow(
      expect.objectContaining({ reason: 'hole-in-store', position: positionOf(3) }) as Error,
    );
  });

  it.each<[string, Partial<RecordedEvent>, string]>([
    ['an unknown type', { type: 'PointsGifted' }, 'unknown-event'],
    ['data that are not JSON', { data: '{' }, 'unreadable-event'],
    [
      'a value that no column holds',
      { data: JSON.stringify({ ...history[0], balanceAfter: 2 ** 31, points: 2 ** 31 }) },
      'unwritable-value',
    ],
  ])('cannot be made of an event with %s', (_, change, reason) => {
    expect(() => decodeBatch(null, { events: [{ ...events[0]!, ...change }] })).toThrow(
      expect.objectContaining({ name: 'PoisonEvent', reason, revision: 0 }) as Error,
    );
  });
});
