import { PermanentStoreError } from '#event-store';
import { PoisonEvent, TooManyParked, UnattributedDataError, isDataError } from '#read-model';

/** It fails over what is written, and would again: whose account it is must be found out. */
export const needsParking = (error: unknown): boolean =>
  error instanceof PoisonEvent || isDataError(error) || error instanceof TooManyParked;

/**
 * No retry and no other process will get past it. Poison that is left over where care was taken is no
 * trouble of a single account; what lies behind the checkpoint would not be met again.
 */
export function isFinal(error: unknown, wasParking: boolean): error is Error {
  if (error instanceof PermanentStoreError) return error.code === 'broken-order';
  if (error instanceof UnattributedDataError) return true;
  if (error instanceof PoisonEvent && error.reason === 'order-broken') return true;
  return wasParking && needsParking(error);
}
