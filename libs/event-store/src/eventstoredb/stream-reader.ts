import { BACKWARDS, END, START } from '@eventstore/db-client';
import { PermanentStoreError, type ReadOptions, type RecordedEvent } from '../port.js';
import { tombstonedDetail } from './deleted-stream.js';
import { assertNotTruncated } from './truncated-stream.js';
import { explainAccessDenied, readPermission } from './missing-permission.js';
import { readEvents } from './read-events.js';
import type { Session } from './session.js';
import { fromResolved } from './stored-event.js';

export async function* readStream(
  session: Session,
  stream: string,
  options: ReadOptions,
): AsyncGenerator<RecordedEvent, void, undefined> {
  const { from, limit, backwards = false } = options;
  if (limit === 0) return;
  let isFound = true;
  let isEmpty = true;
  for await (const event of readVisible(session, stream, options, () => (isFound = false))) {
    isEmpty = false;
    yield event;
  }
  // A read from the beginning must distinguish a new stream from one that was deleted.
  const isWhole = backwards ? from === undefined : (from ?? 0) === 0;
  if (isEmpty && isWhole) await assertNotTruncated(session, stream, isFound);
}

/** The visible events of a stream. For an empty stream it does not check whether events are hidden. */
export async function* readVisible(
  session: Session,
  stream: string,
  { from, limit, backwards = false, latest = false }: ReadOptions,
  missing: () => void = () => {},
): AsyncGenerator<RecordedEvent, void, undefined> {
  const { credentials, names } = session;
  const edge = backwards ? END : START;
  try {
    const events = readEvents(
      session,
      (client) =>
        client.readStream(names.onServer(stream), {
          credentials,
          requiresLeader: latest,
          fromRevision: from === undefined ? edge : BigInt(from),
          ...(limit === undefined ? {} : { maxCount: limit }),
          ...(backwards ? { direction: BACKWARDS } : {}),
        }),
      missing,
    );
    for await (const event of events) yield fromResolved(event, names);
  } catch (error) {
    throw namingDeleted(
      explainAccessDenied(error, credentials.username, readPermission(stream)),
      stream,
    );
  }
}

function namingDeleted(error: unknown, stream: string): unknown {
  if (!(error instanceof PermanentStoreError) || error.code !== 'stream-deleted') return error;
  const message = tombstonedDetail(stream);
  return new PermanentStoreError('stream-deleted', message, { cause: error });
}
