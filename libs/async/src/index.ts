export { backoffMs, type BackoffLimits } from './backoff.js';
export { BatchingQueue, type BatchProcessor, type BatchingLimits } from './batching-queue.js';
export { CancellableTimers } from './cancellable-timers.js';
export { SYSTEM_CLOCK, type Clock } from './clock.js';
export { GenerationalCache, type CacheLimits } from './generational-cache.js';
export { pollUntil, type PollOptions } from './poll-until.js';
export { RetryBudget, type RetryContext, type RetryLimits } from './retry-budget.js';
export { retry, type RetryOptions } from './retry.js';
export { runPeriodically, type PeriodicRun } from './run-periodically.js';
export {
  Semaphore,
  SemaphoreFullError,
  type AcquireOptions,
  type SemaphoreOptions,
} from './semaphore.js';
export { sleep, type SleepOptions } from './sleep.js';
export {
  TimeoutError,
  settledWithin,
  valueWithin,
  withTimeout,
  type TimeoutOptions,
} from './timeout.js';
