import type { StoredEvent } from '#contracts';
import { recharged } from '../testing/event-builders.js';
import { begunVersions } from './begun-versions.js';

/** Newest first; null: it names no version. */
const eventsOf = (versions: readonly (number | null)[], first = 0): readonly StoredEvent[] =>
  versions
    .map((settings, place) => {
      const event = recharged(first + place, 10, 10);
      const { meta } = event;
      return settings === null ? event : { ...event, meta: { ...meta, settings, rules: 2 } };
    })
    .reverse();

describe('the versions of the settings in a time line', () => {
  it('begin with the first event that names them', () => {
    expect([...begunVersions(eventsOf([1, 1, 2, 2, 5]))]).toEqual([
      [0, 1],
      [2, 2],
      [4, 5],
    ]);
  });

  it('begin behind events from before the settings, and once where such ones go on beside them', () => {
    expect([...begunVersions(eventsOf([null, null, 1, null, 1, 2]))]).toEqual([
      [2, 1],
      [5, 2],
    ]);
  });

  it('are not known to begin with the oldest event that is loaded', () => {
    expect([...begunVersions(eventsOf([3, 3, 4], 30))]).toEqual([[32, 4]]);
    expect([...begunVersions(eventsOf([null, 3], 30))]).toEqual([]);
    expect(begunVersions([]).size).toBe(0);
  });
});
