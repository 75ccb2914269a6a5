import { evolve } from '#ledger';
import { settingsInForceOf } from '#settings/testing';
import { createAccountCache } from './account-cache.js';
import { COMMAND_LIMITS, type CommandLimits } from './command-limits.js';
import { entryCount, unwrittenAccount, type LoadedAccount } from './loaded-account.js';
import { eventsIn, openProcessor, recharge, run } from './testing/index.js';

const accountOf = (stream: string): LoadedAccount => unwrittenAccount(stream, settingsInForceOf());
const cacheWith = (limits: Partial<CommandLimits>) => {
  const cache = createAccountCache({ ...COMMAND_LIMITS, ...limits });
  const put = (loaded: LoadedAccount): void => cache.set(loaded.stream, loaded);
  return { cache, put };
};

async function accountWith(recharges: number): Promise<LoadedAccount> {
  const { processor, log } = openProcessor();
  await run(processor, ...Array.from({ length: recharges }, (_, i) => recharge(`r${i}`, 1)));
  const loaded = accountOf('large');
  for (const event of eventsIn(log)) evolve(loaded.account, event);
  return loaded;
}

describe('The account cache', () => {
  it('hands out each state once', () => {
    const { cache, put } = cacheWith({});
    const loaded = accountOf('a');
    put(loaded);
    expect(cache.take('a')).toBe(loaded);
    expect(cache.take('a')).toBeUndefined();
    expect(cache.weight).toBe(0);
  });

  it('keeps states that are used and drops those that were not used for long', () => {
    const { cache, put } = cacheWith({ cachedAccountsMax: 8 });
    put(accountOf('used'));
    put(accountOf('unused'));
    for (let n = 0; n < 20; n += 1) {
      put(cache.take('used') as LoadedAccount);
      put(accountOf(`other ${n}`));
      expect(cache.size).toBeLessThanOrEqual(8);
    }
    expect(cache.take('used')?.stream).toBe('used');
    expect(cache.take('unused')).toBeUndefined();
  });

  it('bounds the entries of all states together', async () => {
    const large = await accountWith(20);
    const entries = entryCount(large);
    expect(entries).toBeGreaterThan(40);
    const { cache, put } = cacheWith({ cachedEntriesMax: 2 * entries });
    put(accountOf('small'));
    put(large);
    expect(cache.weight).toBe(entries + 1);
    put(accountOf('another'));
    put({ ...large, stream: 'as large' });
    expect(cache.weight).toBeLessThanOrEqual(2 * entries);
    expect(cache.take('small')).toBeUndefined();
  });

  it('does not keep a state that would fill it alone', async () => {
    const { cache, put } = cacheWith({ cachedEntriesMax: 20 });
    put(await accountWith(20));
    expect(cache.size).toBe(0);
    expect(cache.weight).toBe(0);
  });
});
