/** From here on the native copy is faster than a loop. */
const NATIVE_COPY_BYTES_MIN = 24;

/**
 * Repeats `count` bytes that stand `distance` before `at`. Where both overlap, what was just copied
 * is copied again: that is how run lengths are written.
 */
export function copyOverlapping(out: Buffer, at: number, distance: number, count: number): void {
  if (count < NATIVE_COPY_BYTES_MIN) {
    for (let i = 0; i < count; i++) out[at + i] = out[at + i - distance] as number;
    return;
  }
  // What stands there doubles with each copy.
  for (let done = 0; done < count;) {
    const step = Math.min(distance + done, count - done);
    out.copyWithin(at + done, at - distance, at - distance + step);
    done += step;
  }
}
