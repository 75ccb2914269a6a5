/** For shorter ones, a loop is faster than the native copy. */
const NATIVE_COPY_BYTES_MIN = 24;

/**
 * Copies `count` bytes from `distance` before `at`. Where the two overlap, bytes that were just copied
 * are copied again: this is how compressors encode repetitions.
 */
export function copyOverlapping(out: Buffer, at: number, distance: number, count: number): void {
  if (count < NATIVE_COPY_BYTES_MIN) {
    for (let i = 0; i < count; i++) out[at + i] = out[at + i - distance] as number;
    return;
  }
  // Each copy doubles the bytes that can be copied at once.
  for (let done = 0; done < count;) {
    const step = Math.min(distance + done, count - done);
    out.copyWithin(at + done, at - distance, at - distance + step);
    done += step;
  }
}
