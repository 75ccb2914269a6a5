import { SettingsUnavailable, type SettingsSource } from '#settings';
import { GREEN, type HealthStatus } from '../health/health.js';

/** Amber and never red: a process that can decide no command still answers those who read. */
export function settingsHealth(
  source: Pick<SettingsSource, 'peek'>,
  clock: { timeOfDay(): number },
): HealthStatus {
  try {
    const inForce = source.peek(new Date(clock.timeOfDay()).toISOString());
    if (inForce !== null) return GREEN;
    return { state: 'amber', reason: 'could not be read lately: no command is decided' };
  } catch (error) {
    if (!(error instanceof SettingsUnavailable)) throw error;
    return { state: 'amber', reason: error.message };
  }
}
