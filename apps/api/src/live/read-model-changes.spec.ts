import type { Position } from '#event-store';
import { ReadModelChanges } from './read-model-changes.js';

const at = (place: number) => `memory:${String(place).padStart(16, '0')}` as Position;
const HANG_MS = 30_000;

describe('the changes of the read model', () => {
  let position = at(0);
  let polls = 0;
  let isFailing = false;
  let pollErrors: unknown[] = [];
  let changes: ReadModelChanges;
  beforeEach(() => {
    [position, polls, isFailing, pollErrors] = [at(0), 0, false, []];
    const tables = {
      position: async () => {
        polls += 1;
        if (isFailing) throw new Error('away');
        return position;
      },
    };
    changes = new ReadModelChanges(tables, {
      pollMs: 1,
      onPollError: (cause) => void pollErrors.push(cause),
    });
  });

  const never = new AbortController().signal;

  it('wake every waiter by one poll', async () => {
    const waiters = Array.from({ length: 20 }, () => changes.waitForNewer(0, HANG_MS, never));
    expect(await Promise.all(waiters)).toEqual(Array.from({ length: 20 }, () => true));
    expect([polls, changes.version]).toEqual([1, 1]);
  });

  it('are reported at once to a caller that has an older version', async () => {
    await changes.waitForNewer(0, HANG_MS, never);
    const before = polls;
    expect(await changes.waitForNewer(0, HANG_MS, never)).toBe(true);
    expect(polls).toBe(before);
  });

  it('are not reported when the wait times out or is aborted', async () => {
    await changes.waitForNewer(0, HANG_MS, never);
    expect(await changes.waitForNewer(1, 5, never)).toBe(false);
    const abort = new AbortController();
    const waiting = changes.waitForNewer(1, HANG_MS, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
    expect(await changes.waitForNewer(1, HANG_MS, abort.signal)).toBe(false);
  });

  it('are polled again after an error, which is reported', async () => {
    await changes.waitForNewer(0, HANG_MS, never);
    isFailing = true;
    expect(await changes.waitForNewer(1, 20, never)).toBe(false);
    expect(pollErrors.length).toBeGreaterThan(0);
    isFailing = false;
    position = at(1);
    expect(await changes.waitForNewer(1, HANG_MS, never)).toBe(true);
  });
});
