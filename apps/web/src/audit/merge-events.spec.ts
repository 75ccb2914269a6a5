import { recharged } from '../testing/event-builders.js';
import { mergeEvents } from './merge-events.js';

const eventsOf = (...revisions: readonly number[]) =>
  revisions.map((revision) => recharged(revision, 1, revision + 1));
const revisionsOf = (...parts: readonly (readonly number[])[]) =>
  parts
    .map((revisions) => eventsOf(...revisions))
    .reduce(mergeEvents, [])
    .map(({ revision }) => revision);

describe('mergeEvents', () => {
  it('returns events newest first, each once, for any pages', () => {
    expect(revisionsOf([4, 5, 6], [1, 2, 3], [6, 7])).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('drops the events before a gap', () => {
    expect(revisionsOf([1, 2, 3], [8, 9])).toEqual([9, 8]);
  });
});
