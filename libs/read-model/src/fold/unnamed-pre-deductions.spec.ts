import type { LedgerEvent } from '#ledger';
import { consumed, recharged, userNo } from '../testing/event-builders.js';
import { recordedEvent } from '../testing/vectors.js';
import { lastUnnamedAt } from './unnamed-pre-deductions.js';
import { decodeBatch } from './decode-batch.js';

const LATER = '2030-01-01T01:00:00.000Z';

/** The time of the last one among these, each of an account of its own. */
function lastOf(...events: { event: LedgerEvent; meta?: object }[]): string | null {
  const recorded = events.map(({ event, meta = {} }, index) => {
    const one = recordedEvent(userNo(index), 0, event, index + 1);
    return { ...one, meta: JSON.stringify({ ...(JSON.parse(one.meta) as object), ...meta }) };
  });
  return lastUnnamedAt(decodeBatch(null, { events: recorded }).newEvents);
}

const command = (id: string) => ({ command: { source: '/tts', id, type: 'ConsumePoints' } });
const held = (at: string, change: object = {}) =>
  consumed({ balanceAfter: 0, consumptionId: 'job-1', settleBy: LATER, at, ...change });

describe('A pre-deduction that its command did not name', () => {
  it('has the id of the command, and the last of several counts', () => {
    const meta = command('job-1');
    const [first, last] = ['2030-01-01T00:00:00.000Z', '2030-01-01T00:00:07.000Z'];
    expect(lastOf({ event: held(first), meta })).toBe(first);
    expect(lastOf({ event: held(last), meta }, { event: held(first), meta })).toBe(last);
  });

  it.each<[string, LedgerEvent, object]>([
    ['has another id', held(LATER), command('c-9')],
    [
      'was told the id of its command',
      held(LATER),
      { ...command('job-1'), data: { consumption_id: 'job-1' } },
    ],
    ['is closed at once', held(LATER, { settleBy: null }), command('job-1')],
    ['is more of another one', held(LATER, { of: 3 }), command('job-1')],
    ['is a recharge', recharged({ balanceAfter: 100 }), command('job-1')],
  ])('is none that %s', (_, event, meta) => {
    expect(lastOf({ event, meta })).toBeNull();
  });

  it('is none of rules 2, which give it an id that no command has', () => {
    const event = held(LATER, { owedAfter: 0, overrun: 'owe', onTimeout: 'return' });
    expect(lastOf({ event, meta: command('job-1') })).toBeNull();
  });

  it('is told by what the sender said, where that is stored', () => {
    const meta = { ...command('job-1'), data: { settle_within: 60 } };
    expect(lastOf({ event: held(LATER), meta })).toBe(LATER);
  });
});
