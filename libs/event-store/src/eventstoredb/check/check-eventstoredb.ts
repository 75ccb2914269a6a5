import { SYSTEM_CLOCK, withTimeout } from '#async';
import { MaxAppendSizeExceededError, NotLeaderError } from '@eventstore/db-client';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { APPEND_BYTES_MAX } from '../../limits.js';
import { PermanentStoreError } from '../../port.js';
import { Clients } from '../clients.js';
import {
  parseConnectionString,
  UNSENT_CREDENTIALS,
  type ConnectionOptions,
} from '../connection-string.js';
import { MissingPermissionError } from '../missing-permission.js';
import type { Session } from '../session.js';
import { StreamNames } from '../stream-names.js';
import type { EventStoreDbFinding } from './finding.js';
import { otherWritersFinding } from './other-writers.js';
import {
  largestAppend,
  readLatestEvent,
  readAllOnce,
  readMetadataOnce,
  readStreamOnce,
  smallestAppend,
} from './probes.js';

const SETTINGS_STREAM = '$settings';
const VERSION_MIN = [22, 6] as const;

type About = EventStoreDbFinding['about'];

/**
 * Reports what a server lacks for a ledger to run on it, and who else may write or delete streams.
 * Nothing is written: the permission to write is checked by an append that cannot succeed.
 */
export async function* checkEventStoreDb(
  connectionString: string,
  deadlineMs: number,
): AsyncGenerator<EventStoreDbFinding, void, undefined> {
  let options: ConnectionOptions;
  try {
    options = parseConnectionString(connectionString);
  } catch (error) {
    yield { about: 'connection', state: 'missing', sentence: sentenceOf(error) };
    return;
  }
  const session: Session = {
    clients: new Clients(options, () => {}),
    credentials: options.credentials ?? UNSENT_CREDENTIALS,
    deadlineMs,
    clock: SYSTEM_CLOCK,
    names: new StreamNames(options.streamPrefix, LEDGER_STREAM_PREFIXES),
  };
  try {
    yield* checkSession(session, options);
  } finally {
    await session.clients.close(deadlineMs);
  }
}

async function* checkSession(
  session: Session,
  options: ConnectionOptions,
): AsyncGenerator<EventStoreDbFinding, void, undefined> {
  const reached = await reachedFinding(session);
  yield reached;
  if (reached.state === 'missing') return;
  yield tlsFinding(options);
  yield versionFinding(await versionOf(session));
  yield await finding('read $all', 'It may read $all.', readAllOnce(session));
  yield await finding('read streams', 'It may read streams.', readStreamOnce(session));
  yield await finding(
    'read metadata',
    'It may read the metadata of streams.',
    readMetadataOnce(session),
  );
  const writes = await finding('write streams', 'It may write streams.', smallestAppend(session));
  yield writes;
  if (writes.state === 'ok') yield await sizeFinding(session);
  if (options.isSecure) yield await checkOtherWriters(session);
}

const REACHED: EventStoreDbFinding = {
  about: 'server',
  state: 'ok',
  sentence: 'A leader is reached, and it knows the user.',
};

/** Checks that a leader answers and knows the user. The user's permissions are checked separately. */
async function reachedFinding(session: Session): Promise<EventStoreDbFinding> {
  const about = 'server';
  try {
    await readStreamOnce(session);
  } catch (error) {
    if (error instanceof NotLeaderError) {
      const sentence = `The node that answers does not lead (the leader is ${error.leader.address}:${error.leader.port}): name all nodes, or set nodePreference=leader.`;
      return { about, state: 'warning', sentence };
    }
    // The permissions of a known user are checked separately.
    const isKnown = error instanceof MissingPermissionError && !error.isUserUnknown;
    if (isKnown) return REACHED;
    const isSaid = error instanceof PermanentStoreError;
    const sentence = isSaid ? sentenceOf(error) : `No server is reached: ${sentenceOf(error)}`;
    return { about, state: 'missing', sentence };
  }
  return REACHED;
}

function tlsFinding({ isSecure }: ConnectionOptions): EventStoreDbFinding {
  if (isSecure) return { about: 'tls', state: 'ok', sentence: 'The connection is over TLS.' };
  const sentence =
    'Without TLS the server asks nobody for a name and enforces no access list: whoever reaches its port may write and delete every stream.';
  return { about: 'tls', state: 'warning', sentence };
}

async function versionOf({ clients, deadlineMs }: Session): Promise<string | null> {
  const lease = clients.lease();
  try {
    return await withTimeout(lease.client.version(), deadlineMs);
  } catch {
    return null;
  } finally {
    lease.release();
  }
}

function versionFinding(version: string | null): EventStoreDbFinding {
  const about = 'version';
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (version === null || major === undefined || minor === undefined) {
    return { about, state: 'unknown', sentence: 'The server does not say its version.' };
  }
  const [majorMin, minorMin] = VERSION_MIN;
  const isOld =
    Number(major) < majorMin || (Number(major) === majorMin && Number(minor) < minorMin);
  return isOld
    ? { about, state: 'missing', sentence: `The server is ${version}: 22.6 or later is needed.` }
    : { about, state: 'ok', sentence: `The server is ${version}.` };
}

async function sizeFinding(session: Session): Promise<EventStoreDbFinding> {
  const about = 'append size';
  const found = await finding(
    about,
    `An append of ${APPEND_BYTES_MAX} bytes is taken.`,
    largestAppend(session),
    (error) => {
      const cause = error instanceof PermanentStoreError ? error.cause : error;
      if (!(cause instanceof MaxAppendSizeExceededError)) return null;
      return `The server takes appends of ${cause.maxAppendSize} bytes, and the ledger makes larger ones when much falls due at once: set EVENTSTORE_MAX_APPEND_SIZE=${APPEND_BYTES_MAX}.`;
    },
  );
  return found;
}

async function checkOtherWriters(session: Session): Promise<EventStoreDbFinding> {
  try {
    return otherWritersFinding(
      await readLatestEvent(session, SETTINGS_STREAM),
      session.credentials.username,
    );
  } catch {
    const sentence =
      'Who else may write and delete streams stands in $settings, which this user may not read: run the check as an administrator.';
    return { about: 'others', state: 'unknown', sentence };
  }
}

async function finding(
  about: About,
  ok: string,
  probe: Promise<void>,
  inWords: (error: unknown) => string | null = () => null,
): Promise<EventStoreDbFinding> {
  try {
    await probe;
    return { about, state: 'ok', sentence: ok };
  } catch (error) {
    const sentence = inWords(error) ?? sentenceOf(error);
    const isCertain = error instanceof PermanentStoreError;
    return { about, state: isCertain ? 'missing' : 'unknown', sentence };
  }
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.replace(/\.?\s*Resolution note:.*$/, '');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
