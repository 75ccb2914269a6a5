import { runPeriodically, valueWithin, type Clock, type PeriodicRun } from '#async';
import { GREEN, type Health } from '#platform/process';

/** A check of one component. */
export interface HealthCheck {
  readonly part: string;
  /** Resolves with null when the component is healthy, or else with the reason. It may also reject. */
  run(): Promise<string | null>;
}

const CHECK_INTERVAL_MS = 2_000;
const CHECK_TIMEOUT_MS = 3_000;

/** Checks every component periodically and reports it, so that probes are answered from memory. */
export function startHealthChecks(
  checks: readonly HealthCheck[],
  health: Health,
  clock: Pick<Clock, 'after'>,
): PeriodicRun {
  const runCheck = async (check: HealthCheck): Promise<void> => {
    const fault = await failureReason(check, clock);
    health.report(check.part, fault === null ? GREEN : { state: 'red', reason: fault });
  };
  return runPeriodically(
    async () => void (await Promise.all(checks.map(runCheck))),
    CHECK_INTERVAL_MS,
    clock,
  );
}

async function failureReason(
  check: HealthCheck,
  clock: Pick<Clock, 'after'>,
): Promise<string | null> {
  try {
    return await valueWithin(check.run(), CHECK_TIMEOUT_MS, 'does not respond', clock);
  } catch {
    // The message of a driver may contain an address or a user name.
    return 'is unavailable';
  }
}
