import {
  isTakeOverOn,
  periodsAfter,
  type TakeOverEvent,
  type TakeOverFinished,
  type TakeOverPeriod,
  type TakeOverStarted,
} from './take-over.js';

const minutes = (count: number): string =>
  new Date(Date.parse('2030-01-01T00:00:00.000Z') + count * 60_000).toISOString();

const started = (at: number, changes: Partial<TakeOverStarted> = {}): TakeOverStarted => ({
  type: 'TakeOverStarted',
  importId: 'old',
  mapping: {},
  from: minutes(at + 6),
  at: minutes(at),
  by: 'anna',
  ...changes,
});

const finished = (at: number, changes: Partial<TakeOverFinished> = {}): TakeOverFinished => ({
  type: 'TakeOverFinished',
  importId: 'old',
  left: [],
  at: minutes(at),
  by: 'anna',
  ...changes,
});

/** The periods, or why the last event can't follow the others. */
function after(...events: readonly TakeOverEvent[]): readonly TakeOverPeriod[] | string {
  let periods: readonly TakeOverPeriod[] = [];
  for (const event of events) {
    const next = periodsAfter(periods, event);
    if (typeof next === 'string') return next;
    periods = next;
  }
  return periods;
}

describe('A take-over', () => {
  it('is on from its beginning until it is finished', () => {
    const periods = after(started(0), finished(60)) as readonly TakeOverPeriod[];
    expect([5, 6, 59, 60].map((count) => isTakeOverOn(periods, minutes(count)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('that is started again goes on, with another mapping', () => {
    expect(after(started(0), started(30, { mapping: { zone: 'UTC' } }))).toEqual([
      { importId: 'old', from: minutes(6), until: null },
    ]);
  });

  it('may follow another one that is finished', () => {
    expect(after(started(0), finished(60), started(61, { importId: 'new' }))).toHaveLength(2);
  });

  it.each<[string, readonly TakeOverEvent[]]>([
    ['the take-over old is not finished', [started(0), started(1, { importId: 'new' })]],
    ['the take-over old is not on', [finished(0)]],
    ['the take-over old is not on', [started(0), finished(60), finished(61)]],
    ['the take-over old is finished', [started(0), finished(60), started(61)]],
    ['it begins less than 6 minutes', [started(0, { from: minutes(5) })]],
    [
      'more than 100000 accounts stay',
      [
        started(0),
        finished(9, { left: Array.from({ length: 100_001 }, () => ({ userId: '', points: 0 })) }),
      ],
    ],
  ])('is refused where %s', (reason, events) => {
    expect(after(...events)).toContain(reason);
  });
});
