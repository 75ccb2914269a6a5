import { PermanentStoreError } from '#event-store';
import { PoisonEvent, TooManyParked, UnattributedDataError, isDataError } from '#read-model';

/** Whether the failure lies in the data, so that a retry must find the account and park it. */
export const needsParking = (error: unknown): boolean =>
  error instanceof PoisonEvent || isDataError(error) || error instanceof TooManyParked;

/**
 * Whether neither a retry nor another process can help. An event that fails although accounts may be parked
 * does not concern a single account. An event that comes too late lies before the checkpoint, where a
 * retry would not find it.
 */
export function isFinal(error: unknown, wasParking: boolean): error is Error {
  if (error instanceof PermanentStoreError) return error.code === 'broken-order';
  if (error instanceof UnattributedDataError) return true;
  if (error instanceof PoisonEvent && error.reason === 'order-broken') return true;
  return wasParking && needsParking(error);
}
