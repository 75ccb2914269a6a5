import { recharged } from '../testing/event-builders.js';
import { mergeEvents } from './merge-events.js';

const eventsOf = (...revisions: readonly number[]) =>
  revisions.map((revision) => recharged(revision, 1, revision + 1));
const revisionsOf = (...parts: readonly (readonly number[])[]) =>
  parts
    .map((revisions) => eventsOf(...revisions))
    .reduce(mergeEvents, [])
    .map(({ revision }) => revision);

describe('the events on the time line', () => {
  it('are newest first, each once, in whatever pages they came', () => {
    expect(revisionsOf([4, 5, 6], [1, 2, 3], [6, 7])).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('have no gap: what the newest do not reach down to is read again', () => {
    expect(revisionsOf([1, 2, 3], [8, 9])).toEqual([9, 8]);
  });
});
