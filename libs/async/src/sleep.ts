import { ConditionVariable, type WaitOptions } from './condition-variable.js';

export type SleepOptions = Pick<WaitOptions, 'signal' | 'clock'>;

/** Resolves after `ms`, or as soon as `signal` aborts. It never rejects. */
export const sleep = (ms: number, { signal, clock }: SleepOptions = {}): Promise<void> =>
  new ConditionVariable().wait({ signal, clock, waitMsMax: ms });
