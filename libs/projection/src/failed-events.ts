import type { Position } from '#event-store';
import { PoisonEvent } from '#read-model';

import type { BatchWriter } from './batch-writer.js';
import { isFinal, needsParking } from './failure-kind.js';

/**
 * Over which events the writing of a version has failed. Only one that failed before parks its account or
 * ends the work: what was a fault of one delivery does neither.
 */
export class FailedEvents {
  readonly #failedAt = new Set<Position>();
  #parkingUpTo: Position | null = null;

  /** So far an attempt came that failed over an event. */
  get parkingUpTo(): Position | null {
    return this.#parkingUpTo;
  }

  readonly mayPark = (position: Position): boolean => this.#failedAt.has(position);

  /** Whether everything is to be done again from the checkpoint, with parking. */
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
