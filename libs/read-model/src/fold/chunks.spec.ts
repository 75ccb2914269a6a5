import fc from 'fast-check';

import type { DamagedRecord } from '#event-store';

import { recharged, userNo } from '../testing/event-builders.js';
import { positionOf, recordedEvent } from '../testing/vectors.js';
import { chunksOfBatch } from './batch-chunks.js';
import { chunksOf } from './chunks.js';

const event = (place: number) =>
  recordedEvent(userNo(1), place, recharged({ balanceAfter: 100 }), place);

const record = (place: number): DamagedRecord => ({
  stream: `points-${userNo(2)}`,
  revision: null,
  position: positionOf(place),
  code: 'stream-deleted',
  detail: '',
});

describe('chunks', () => {
  it('have at most the given length, and every item once in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, lengthMax) => {
        const chunks = [...chunksOf(items, lengthMax)];
        expect(chunks.flat()).toEqual(items);
        for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(lengthMax);
        expect(chunks.every(({ length }) => length >= 1 && length <= lengthMax)).toBe(true);
      }),
    );
  });
});

describe('the chunks of a batch', () => {
  it('have every record once, in order, and each damaged one with the events around it', () => {
    const places = fc.uniqueArray(fc.record({ place: fc.nat(60), isDamaged: fc.boolean() }), {
      selector: ({ place }) => place,
    });
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 7 }), (all, eventsMax) => {
        const sorted = [...all].sort((a, b) => a.place - b.place);
        const events = sorted.filter((one) => !one.isDamaged).map(({ place }) => event(place));
        const damaged = sorted.filter((one) => one.isDamaged).map(({ place }) => record(place));
        const chunks = [...chunksOfBatch({ events, damaged, next: positionOf(99) }, eventsMax)];
        expect(chunks.flatMap((chunk) => chunk.events)).toEqual(events);
        expect(chunks.flatMap((chunk) => chunk.damaged ?? [])).toEqual(damaged);
        for (const [index, chunk] of chunks.entries()) {
          expect(chunk.events.length).toBeLessThanOrEqual(eventsMax);
          const end = chunk.events.at(-1)?.position;
          if (end === undefined || index === chunks.length - 1) continue;
          expect((chunk.damaged ?? []).every(({ position }) => position <= end)).toBe(true);
        }
      }),
    );
  });

  it('are none of an empty batch', () => {
    expect([...chunksOfBatch({ events: [], next: positionOf(1) }, 10)]).toEqual([]);
  });
});
