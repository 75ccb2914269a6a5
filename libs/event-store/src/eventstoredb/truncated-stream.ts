import { BACKWARDS, END } from '@eventstore/db-client';
import { PermanentStoreError } from '../port.js';
import { deletedDetail } from './deleted-stream.js';
import { explainAccessDenied, readMetadataPermission } from './missing-permission.js';
import { readEvents } from './read-events.js';
import type { Session } from './session.js';

/** The limits in the metadata of a stream on which events can be read. */
interface Truncation {
  readonly $tb?: unknown;
  readonly $maxCount?: unknown;
  readonly $maxAge?: unknown;
}

/**
 * A stream without visible events is new, or its events are hidden because it was truncated or soft
 * deleted (the server then accepts "no stream" as its revision). A new account there would continue
 * the numbering of the old one.
 */
export async function assertNotTruncated(
  session: Session,
  stream: string,
  isFound: boolean,
): Promise<void> {
  const truncation = await truncationOf(session, stream);
  if (!isFound && typeof truncation.$tb === 'number' && truncation.$tb > Number.MAX_SAFE_INTEGER) {
    throw new PermanentStoreError('stream-deleted', deletedDetail(stream));
  }
  if (!isFound && !isTruncated(truncation)) return;
  throw new PermanentStoreError(
    'stream-truncated',
    `all events of stream ${stream} are hidden by its metadata (${describe(truncation)})`,
  );
}

export async function describeTruncation(session: Session, stream: string): Promise<string> {
  return describe(await truncationOf(session, stream));
}

async function truncationOf(session: Session, stream: string): Promise<Truncation> {
  const { credentials, names } = session;
  const last = { fromRevision: END, direction: BACKWARDS, maxCount: 1, credentials } as const;
  try {
    const events = readEvents(session, (client) =>
      client.readStream<never>(names.metadataOnServer(stream), last),
    );
    for await (const { event } of events) {
      const data: unknown = event?.data;
      if (typeof data === 'object' && data !== null) return data;
    }
    return {};
  } catch (error) {
    throw explainAccessDenied(error, credentials.username, readMetadataPermission(stream));
  }
}

const isTruncated = ({ $tb }: Truncation): boolean => typeof $tb === 'number' && $tb > 0;

function describe(truncation: Truncation): string {
  const keys = ['$tb', '$maxCount', '$maxAge'] as const;
  const present = keys.filter((key) => truncation[key] !== undefined);
  return present.map((key) => `${key} ${String(truncation[key])}`).join(', ') || 'nothing of it';
}
