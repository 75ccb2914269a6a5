import type { Position } from '#event-store';
import { PoisonEvent } from '#read-model';

import type { BatchWriter } from './batch-writer.js';
import { isFinal, needsParking } from './failure-kind.js';

/**
 * The events at which writing to a version has failed. Only an event that fails a second time parks its
 * account or stops the version, because a faulty delivery may not repeat itself.
 */
export class FailedEvents {
  readonly #failedAt = new Set<Position>();
  #parkingUpTo: Position | null = null;

  /** How far the attempt came that failed at an event. */
  get parkingUpTo(): Position | null {
    return this.#parkingUpTo;
  }

  readonly mayPark = (position: Position): boolean => this.#failedAt.has(position);

  /** Whether everything since the checkpoint is to be written again, with parking. */
  shouldRetry(error: unknown, writer: BatchWriter | null): boolean {
    if (!needsParking(error)) return false;
    const wasParking = writer?.isParking ?? false;
    const failedAt = error instanceof PoisonEvent ? error.position : null;
    const isKnown = failedAt === null || this.#failedAt.has(failedAt);
    if (isFinal(error, wasParking && isKnown)) return false;
    if (!wasParking) this.#failedAt.clear();
    if (failedAt !== null) this.#failedAt.add(failedAt);
    for (const reached of [writer?.acceptedUpTo ?? null, failedAt]) {
      const isFurther = this.#parkingUpTo === null || (reached ?? '') > this.#parkingUpTo;
      if (reached !== null && isFurther) this.#parkingUpTo = reached;
    }
    return true;
  }
}
