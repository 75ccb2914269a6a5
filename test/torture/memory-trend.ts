/** The memory of a process over a run, in MiB. */
export interface MemoryTrend {
  /** The medians of the first and of the last third after the warm-up. */
  readonly early: number;
  readonly late: number;
  readonly most: number;
  /** The growth, which is negative when the process uses less memory than before. */
  readonly grew: number;
}

/** During the warm-up code is compiled, pools fill, and caches reach their bounds. */
const WARM_UP_SHARE = 0.25;
const SAMPLES_MIN = 12;

/** Medians are used, because a single garbage collection is not a trend. */
export function memoryTrend(samples: readonly number[]): MemoryTrend {
  if (samples.length < SAMPLES_MIN) {
    throw new Error(
      `${samples.length} samples show no trend: at least ${SAMPLES_MIN} are required`,
    );
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
