/** What a process held over a run, in MiB. */
export interface MemoryTrend {
  /** Of the first and of the last third behind the warm-up, each its median. */
  readonly early: number;
  readonly late: number;
  readonly most: number;
  /** Less than nothing: it holds less than it did. */
  readonly grew: number;
}

/** Until then code is compiled, pools fill, caches reach their bounds. */
const WARM_UP_SHARE = 0.25;
const SAMPLES_MIN = 12;

/** Medians, because a garbage collection is no trend. */
export function memoryTrend(samples: readonly number[]): MemoryTrend {
  if (samples.length < SAMPLES_MIN) {
    throw new Error(`${samples.length} samples show no trend: ${SAMPLES_MIN} at least are needed`);
  }
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const third = Math.floor(warm.length / 3);
  const early = median(warm.slice(0, third));
  const late = median(warm.slice(-third));
  return { early, late, most: Math.max(...samples), grew: late - early };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
