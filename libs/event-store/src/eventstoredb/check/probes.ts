import { withTimeout } from '#async';
import { BACKWARDS, binaryEvent, END, WrongExpectedVersionError } from '@eventstore/db-client';
import { APPEND_BYTES_MAX } from '../../limits.js';
import { PermanentStoreError } from '../../port.js';
import { AllReader } from '../all-reader.js';
import { failureOf } from '../failure.js';
import {
  readMetadataPermission,
  readPermission,
  explainAccessDenied,
  writePermission,
} from '../missing-permission.js';
import { recordFailure, readEvents } from '../read-events.js';
import type { Session } from '../session.js';

/** A stream of an account that does not exist. */
const UNUSED_STREAM = 'points-00000000-0000-0000-0000-000000000000';
/** No stream has this revision, so that the server must reject the append. */
const NO_SUCH_REVISION = BigInt(Number.MAX_SAFE_INTEGER);
const PROBE_TYPE = 'Probe';
const METADATA_BYTES = 48;

/** Resolves when the newest event of `$all` may be read. */
export async function readAllOnce(session: Session): Promise<void> {
  await new AllReader(session).end();
}

/** Resolves when a stream may be read from the leader. The stream does not exist. */
export async function readStreamOnce(session: Session): Promise<void> {
  await readLatestEvent(session, session.names.onServer(UNUSED_STREAM)).catch((error: unknown) => {
    throw explainAccessDenied(error, session.credentials.username, readPermission('points-…'));
  });
}

export async function readMetadataOnce(session: Session): Promise<void> {
  await readLatestEvent(session, session.names.metadataOnServer(UNUSED_STREAM)).catch(
    (error: unknown) => {
      throw explainAccessDenied(
        error,
        session.credentials.username,
        readMetadataPermission('points-…'),
      );
    },
  );
}

/** The newest event of a stream as JSON, or null when there is none. */
export async function readLatestEvent(session: Session, onServer: string): Promise<unknown> {
  const { credentials } = session;
  const last = { fromRevision: END, direction: BACKWARDS, maxCount: 1, credentials } as const;
  const events = readEvents(session, (client) =>
    client.readStream<never>(onServer, { ...last, requiresLeader: true }),
  );
  for await (const { event } of events) return event?.data;
  return null;
}

/**
 * Sends an append that cannot be written because of its revision, and examines why it is rejected:
 * the server checks the permission to write and the size before the revision.
 */
async function probeAppend(session: Session, bytes: number): Promise<void> {
  const { clients, credentials, deadlineMs, names } = session;
  const lease = clients.lease();
  const metadata = new Uint8Array(METADATA_BYTES);
  const data = new Uint8Array(bytes - METADATA_BYTES - 2 * PROBE_TYPE.length);
  const call = lease.client.appendToStream(
    names.onServer(UNUSED_STREAM),
    [binaryEvent({ type: PROBE_TYPE, data, metadata })],
    { expectedRevision: NO_SUCH_REVISION, credentials, deadline: deadlineMs },
  );
  void call.catch(() => {}).finally(lease.release);
  try {
    await withTimeout(call, deadlineMs, { what: 'no answer to an append' });
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) return;
    const reported = failureOf(error).kind === 'permanent' ? recordFailure(error, lease) : error;
    throw explainAccessDenied(reported, credentials.username, writePermission('points-…'));
  }
  throw new PermanentStoreError(
    'broken-order',
    `the server accepted an append to ${UNUSED_STREAM} at revision ${NO_SUCH_REVISION}`,
  );
}

export const smallestAppend = (session: Session): Promise<void> => probeAppend(session, 1_024);
export const largestAppend = (session: Session): Promise<void> =>
  probeAppend(session, APPEND_BYTES_MAX);
