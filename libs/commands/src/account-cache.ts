import { GenerationalCache } from '#async';
import type { CommandLimits } from './command-limits.js';
import { entryCount, type LoadedAccount } from './loaded-account.js';

/**
 * States of accounts for which no command is pending. A state is taken out while commands are
 * decided on it, because it is changed in place and must not have two users at a time.
 */
export type AccountCache = GenerationalCache<string, LoadedAccount>;

export const createAccountCache = ({
  cachedAccountsMax: entriesMax,
  cachedEntriesMax: weightMax,
}: Pick<CommandLimits, 'cachedAccountsMax' | 'cachedEntriesMax'>): AccountCache =>
  new GenerationalCache({ entriesMax, weightMax }, entryCount);
