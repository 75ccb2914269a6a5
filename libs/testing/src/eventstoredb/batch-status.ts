import { Any, GoogleEmpty, shared, status } from './definitions.js';
import type { Expected } from './stream-writer.js';

interface Serializable {
  serializeBinary(): Uint8Array;
}

/** Within a batch stream a refusal is a message, not the end of the call. */
function statusOf(message: string, type: string, details: Serializable): status.Status {
  const any = new Any();
  any.pack(details.serializeBinary(), type);
  return new status.Status().setMessage(message).setDetails(any);
}

const CLIENT = 'event_store.client';

export const batchTimeout = () => statusOf('Timeout', `${CLIENT}.Timeout`, new shared.Timeout());

export const batchAccessDenied = () =>
  statusOf('Access Denied', `${CLIENT}.AccessDenied`, new shared.AccessDenied());

export const batchBusy = () =>
  statusOf('Server Is Busy', 'google.protobuf.Empty', new GoogleEmpty());

export const batchAppendTooLarge = (bytesMax: number) =>
  statusOf(
    'Maximum Append Size Exceeded',
    `${CLIENT}.MaximumAppendSizeExceeded`,
    new shared.MaximumAppendSizeExceeded().setMaxappendsize(bytesMax),
  );

export const batchStreamDeleted = (stream: shared.StreamIdentifier | undefined) =>
  statusOf(
    'Stream Deleted',
    `${CLIENT}.StreamDeleted`,
    new shared.StreamDeleted().setStreamIdentifier(stream),
  );

export function batchWrongVersion(expected: Expected, current: number): status.Status {
  const wrong = new shared.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new GoogleEmpty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new GoogleEmpty());
  else wrong.setExpectedStreamPosition(String(expected));
  return statusOf('WrongExpectedVersion', `${CLIENT}.WrongExpectedVersion`, wrong);
}
