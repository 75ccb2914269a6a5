import { DEFAULT_POLICY, evolve } from '#ledger';
import { BaselineCache } from './baseline-cache.js';
import { beginning, entriesOf, type Baseline } from './baseline.js';
import { DESK_LIMITS, type DeskLimits } from './desk-limits.js';
import { eventsIn, openDesk, recharge, run } from './desk.suite.js';

const kept = (stream: string): Baseline => beginning(stream, DEFAULT_POLICY);
const cacheOf = (limits: Partial<DeskLimits>) => new BaselineCache({ ...DESK_LIMITS, ...limits });

async function keptWith(recharges: number): Promise<Baseline> {
  const { desk, log } = openDesk();
  await run(desk, ...Array.from({ length: recharges }, (_, i) => recharge(`r${i}`, 1)));
  const baseline = kept('large');
  for (const event of eventsIn(log)) evolve(baseline.account, event);
  return baseline;
}

describe('The cache of states', () => {
  it('gives each state to one taker', () => {
    const cache = cacheOf({});
    const one = kept('a');
    cache.put(one);
    expect(cache.take('a')).toBe(one);
    expect(cache.take('a')).toBeNull();
    expect(cache.entries).toBe(0);
  });

  it('keeps what is used, and lets go of what was not used for long', () => {
    const cache = cacheOf({ cachedAccountsMax: 8 });
    cache.put(kept('used'));
    cache.put(kept('unused'));
    for (let n = 0; n < 20; n += 1) {
      cache.put(cache.take('used') as Baseline);
      cache.put(kept(`other ${n}`));
      expect(cache.size).toBeLessThanOrEqual(8);
    }
    expect(cache.take('used')?.stream).toBe('used');
    expect(cache.take('unused')).toBeNull();
  });

  it('counts what the states remember, too', async () => {
    const large = await keptWith(20);
    const entries = entriesOf(large);
    expect(entries).toBeGreaterThan(40);
    const cache = cacheOf({ cachedEntriesMax: 2 * entries });
    cache.put(kept('small'));
    cache.put(large);
    expect(cache.entries).toBe(entries + 1);
    cache.put(kept('another'));
    cache.put({ ...large, stream: 'as large' });
    expect(cache.entries).toBeLessThanOrEqual(2 * entries);
    expect(cache.take('small')).toBeNull();
  });

  it('never keeps a state that would fill it alone', async () => {
    const cache = cacheOf({ cachedEntriesMax: 20 });
    cache.put(await keptWith(20));
    expect(cache.size).toBe(0);
    expect(cache.entries).toBe(0);
  });
});
