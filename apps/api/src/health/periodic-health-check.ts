import { runPeriodically, type Clock, type PeriodicRun } from '#async';
import { GREEN, type Health } from '#platform/process';

/** One thing without which work does not flow. */
export interface Check {
  readonly part: string;
  /** null: it is well. Else why not; rejecting is no as well. */
  look(): Promise<string | null>;
}

const EVERY_MS = 2_000;
const ANSWER_WAIT_MS_MAX = 3_000;

/** Looks at every part again and again, and reports it: probes are answered at once, from memory. */
export function checkup(
  checks: readonly Check[],
  health: Health,
  clock: Pick<Clock, 'after'>,
): PeriodicRun {
  const lookAt = async (check: Check): Promise<void> => {
    const fault = await faultOf(check, clock);
    health.report(check.part, fault === null ? GREEN : { state: 'red', reason: fault });
  };
  return runPeriodically(async () => void (await Promise.all(checks.map(lookAt))), EVERY_MS, clock);
}

async function faultOf(check: Check, clock: Pick<Clock, 'after'>): Promise<string | null> {
  let cancel = (): void => undefined;
  const late = new Promise<string>((resolve) => {
    cancel = clock.after(ANSWER_WAIT_MS_MAX, () => resolve('gives no answer'));
  });
  try {
    return await Promise.race([check.look(), late]);
  } catch {
    // What a driver says may hold an address or a name.
    return 'is away';
  } finally {
    cancel();
  }
}
