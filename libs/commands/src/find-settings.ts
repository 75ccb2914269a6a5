import { SettingsUnavailable, type SettingsInForce } from '#settings';
import { RetryableCommandError } from './errors.js';
import type { ProcessorContext } from './processor-options.js';
import type { StoreRetry } from './store-retry.js';

/** The settings by which what is dated so is decided. Rejects with a RetryableCommandError. */
export async function findSettings(
  { settings, observer }: ProcessorContext,
  at: string,
  retry: StoreRetry,
): Promise<SettingsInForce> {
  const found = await retry.read(
    () => settings.inForceAt(at).catch(returnUnlessAway),
    (cause) => observer.settingsReadFailed(cause),
  );
  if (!(found instanceof SettingsUnavailable)) return found;
  throw new RetryableCommandError('settings-unknown', found.message, { cause: found });
}

/** Only a store that is away may be back in a moment. */
function returnUnlessAway(error: unknown): SettingsUnavailable {
  if (error instanceof SettingsUnavailable && error.code !== 'store-away') return error;
  throw error;
}

/** As far as they are known at once; null: they have to be looked for. */
export function peekSettings(
  { settings }: Pick<ProcessorContext, 'settings'>,
  at: string,
): SettingsInForce | null {
  try {
    return settings.peek(at);
  } catch (error) {
    if (error instanceof SettingsUnavailable) return null;
    throw error;
  }
}
