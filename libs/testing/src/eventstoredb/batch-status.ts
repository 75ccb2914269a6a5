import type { Settled } from './commit-waits.js';
import { Any, code, GoogleEmpty, shared, status } from './definitions.js';
import type { Expected } from './stream-writer.js';

interface Serializable {
  serializeBinary(): Uint8Array;
}

type Refused = Exclude<Settled, { kind: 'written' | 'repeated' }>;

/** Within a batch stream a refusal is a message, not the end of the call. */
function statusOf(
  of: code.Code,
  message: string,
  type: string,
  details: Serializable,
): status.Status {
  const any = new Any();
  any.pack(details.serializeBinary(), type);
  return new status.Status().setCode(of).setMessage(message).setDetails(any);
}

const { Code } = code;
const CLIENT = 'event_store.client';

export const batchTimeout = () =>
  statusOf(Code.DEADLINE_EXCEEDED, 'Timeout', `${CLIENT}.Timeout`, new shared.Timeout());

export const batchAccessDenied = () =>
  statusOf(
    Code.PERMISSION_DENIED,
    'AccessDenied',
    `${CLIENT}.AccessDenied`,
    new shared.AccessDenied(),
  );

export const batchUnavailable = (message: string) =>
  statusOf(Code.OK, message, 'google.protobuf.Empty', new GoogleEmpty());

export const batchBadRequest = (message: string) =>
  statusOf(
    Code.INVALID_ARGUMENT,
    'BadRequest',
    `${CLIENT}.BadRequest`,
    new shared.BadRequest().setMessage(message),
  );

export const batchAppendTooLarge = (bytesMax: number) =>
  statusOf(
    Code.INVALID_ARGUMENT,
    'MaximumAppendSizeExceeded',
    `${CLIENT}.MaximumAppendSizeExceeded`,
    new shared.MaximumAppendSizeExceeded().setMaxappendsize(bytesMax),
  );

export function statusOfSettled(
  settled: Refused,
  expected: Expected,
  stream: shared.StreamIdentifier | undefined,
): status.Status {
  switch (settled.kind) {
    case 'deleted':
      return statusOf(
        Code.NOT_FOUND,
        'StreamDeleted',
        `${CLIENT}.StreamDeleted`,
        new shared.StreamDeleted().setStreamIdentifier(stream),
      );
    case 'timeout':
      return batchTimeout();
    case 'wrong-version':
      return wrongVersion(expected, settled.current);
  }
}

function wrongVersion(expected: Expected, current: number): status.Status {
  const wrong = new shared.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new GoogleEmpty());
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new GoogleEmpty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new GoogleEmpty());
  else wrong.setExpectedStreamPosition(String(expected));
  return statusOf(
    Code.ALREADY_EXISTS,
    'WrongExpectedVersion',
    `${CLIENT}.WrongExpectedVersion`,
    wrong,
  );
}
