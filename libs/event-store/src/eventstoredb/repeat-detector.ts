const ANSWERS_MAX = 4_096;

/**
 * Tells a repeat from a first answer. Some servers leave the position out of a repeat, which says it
 * all. Others give the old one: then it is a repeat if that position was answered before, or if
 * something behind it was already known when the append was sent.
 */
export class RepeatDetector {
  #newest = -1n;
  readonly #answered = new Set<bigint>();

  /** What is known of the log when an append is sent. */
  mark(): bigint {
    return this.#newest;
  }

  isRepeat(commit: bigint | undefined, sentAt: bigint): boolean {
    if (commit === undefined) return true;
    const isRepeat = commit <= sentAt || this.#answered.has(commit);
    this.#answered.add(commit);
    if (commit > this.#newest) this.#newest = commit;
    if (this.#answered.size > ANSWERS_MAX) {
      for (const oldest of this.#answered) {
        this.#answered.delete(oldest);
        break;
      }
    }
    return isRepeat;
  }
}
