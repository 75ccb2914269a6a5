import { ANY, BACKWARDS, END, binaryEvent } from '@eventstore/db-client';
import { withTimeout } from '#async';
import { explainAccessDenied, writePermission } from './missing-permission.js';
import { readEvents, recordFailure } from './read-events.js';
import type { Session } from './session.js';

/** No stream of the ledger, so that it is not followed, anchored or exported. */
const CLOCK_STREAM = 'ledger-clock';
const MARK_TYPE = 'ClockRead';

/**
 * The server tells its time of day nowhere but in the records that it writes. So a mark is written to
 * a stream that serves nothing else, and the time at which the leader stamped the newest mark is read
 * back. A mark that another process wrote meanwhile is later than ours, and not later than now.
 */
export async function readServerClock(session: Session): Promise<number> {
  await writeMark(session);
  const { credentials, names } = session;
  const newest = { fromRevision: END, direction: BACKWARDS, maxCount: 1 } as const;
  const events = readEvents(session, (client) =>
    client.readStream(names.onServer(CLOCK_STREAM), {
      ...newest,
      credentials,
      requiresLeader: true,
    }),
  );
  for await (const { event } of events) {
    if (event?.created instanceof Date) return event.created.getTime();
  }
  throw new Error('the server does not say when it wrote an event');
}

async function writeMark(session: Session): Promise<void> {
  const { clients, credentials, deadlineMs, clock, names } = session;
  const lease = clients.lease();
  const mark = binaryEvent({ type: MARK_TYPE, data: new Uint8Array(0) });
  const call = lease.client.appendToStream(names.onServer(CLOCK_STREAM), [mark], {
    expectedRevision: ANY,
    credentials,
    deadline: deadlineMs,
  });
  void call.catch(() => {}).finally(lease.release);
  try {
    const what = 'no answer to a mark in the clock stream';
    await withTimeout(call, deadlineMs, { what, clock });
    lease.succeeded();
  } catch (error) {
    const reported = recordFailure(error, lease);
    throw explainAccessDenied(reported, credentials.username, writePermission(CLOCK_STREAM));
  }
}
