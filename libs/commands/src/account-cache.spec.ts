import { DEFAULT_POLICY, evolve } from '#ledger';
import { AccountCache } from './account-cache.js';
import { unwrittenAccount, entryCount, type LoadedAccount } from './loaded-account.js';
import { COMMAND_LIMITS, type CommandLimits } from './command-limits.js';
import { eventsIn, openProcessor, recharge, run } from './testing/processor-harness.js';

const accountOf = (stream: string): LoadedAccount => unwrittenAccount(stream, DEFAULT_POLICY);
const cacheWith = (limits: Partial<CommandLimits>) =>
  new AccountCache({ ...COMMAND_LIMITS, ...limits });

async function accountWith(recharges: number): Promise<LoadedAccount> {
  const { processor, log } = openProcessor();
  await run(processor, ...Array.from({ length: recharges }, (_, i) => recharge(`r${i}`, 1)));
  const baseline = accountOf('large');
  for (const event of eventsIn(log)) evolve(baseline.account, event);
  return baseline;
}

describe('The cache of states', () => {
  it('gives each state to one taker', () => {
    const cache = cacheWith({});
    const one = accountOf('a');
    cache.put(one);
    expect(cache.take('a')).toBe(one);
    expect(cache.take('a')).toBeNull();
    expect(cache.entries).toBe(0);
  });

  it('keeps what is used, and lets go of what was not used for long', () => {
    const cache = cacheWith({ cachedAccountsMax: 8 });
    cache.put(accountOf('used'));
    cache.put(accountOf('unused'));
    for (let n = 0; n < 20; n += 1) {
      cache.put(cache.take('used') as LoadedAccount);
      cache.put(accountOf(`other ${n}`));
      expect(cache.size).toBeLessThanOrEqual(8);
    }
    expect(cache.take('used')?.stream).toBe('used');
    expect(cache.take('unused')).toBeNull();
  });

  it('counts what the states remember, too', async () => {
    const large = await accountWith(20);
    const entries = entryCount(large);
    expect(entries).toBeGreaterThan(40);
    const cache = cacheWith({ cachedEntriesMax: 2 * entries });
    cache.put(accountOf('small'));
    cache.put(large);
    expect(cache.entries).toBe(entries + 1);
    cache.put(accountOf('another'));
    cache.put({ ...large, stream: 'as large' });
    expect(cache.entries).toBeLessThanOrEqual(2 * entries);
    expect(cache.take('small')).toBeNull();
  });

  it('never keeps a state that would fill it alone', async () => {
    const cache = cacheWith({ cachedEntriesMax: 20 });
    cache.put(await accountWith(20));
    expect(cache.size).toBe(0);
    expect(cache.entries).toBe(0);
  });
});
