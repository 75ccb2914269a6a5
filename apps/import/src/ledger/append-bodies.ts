import { retry, type RetryLimits } from '#async';
import { encodeImported, readImportedAccount, type ImportedAccount } from '#commands';
import { PermanentStoreError, type EncodedEvent } from '#event-store';
import { accountStream } from '#identity';
import { LEGACY_ROWS_BYTES_MAX, later, type ImportBody, type NonEmpty } from '#ledger';
import { CannotImportError, cannotImport } from '../errors.js';
import { LEDGER_FAILS, type Ledger } from './open-ledger.js';

/** What an append may hold: half of what a store takes. */
const APPEND_BYTES_MAX = 6 * 1024 * 1024;
const RETRY_LIMITS: RetryLimits = {
  backoffMsMin: 50,
  backoffMsMax: 2_000,
  attemptsMax: 20,
  totalMsMax: 60_000,
};
/** Another importer may be at the same account. */
const CONFLICTS_MAX = 20;

export interface ImportSession {
  readonly ledger: Ledger;
  readonly importId: string;
  readonly by: string;
  readonly mapDigest: string;
  /** Names the old database, without its password. */
  readonly from: string;
  readonly correlation: string;
}

/** What comes next in the stream of an account; null: nothing. */
export type NextBodies = (
  imported: ImportedAccount,
) => readonly ImportBody[] | null | Promise<readonly ImportBody[] | null>;

/** The append was not confirmed, however often it was sent. It may be there. */
class UnconfirmedAppend extends Error {
  override readonly name = 'UnconfirmedAppend';
}

/**
 * Appends what `next` says of the stream as it is, and asks again where another importer was faster.
 * Returns how many events were appended.
 */
export async function appendBodies(
  session: ImportSession,
  userId: string,
  now: string,
  next: NextBodies,
): Promise<number> {
  for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts += 1) {
    const imported = await orSay(readImportedAccount(session.ledger.store, userId));
    const bodies = await next(imported);
    if (bodies === null || bodies.length === 0) return 0;
    const isWritten = await appendAll(session, imported, bodies, now);
    if (isWritten) return bodies.length;
  }
  throw new CannotImportError(`others write to the account ${userId} again and again`);
}

/** A transaction in the old database is open meanwhile, which would be named otherwise. */
const orSay = <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw cannotImport(LEDGER_FAILS, cause);
  });

/** False: another one wrote meanwhile. What was appended before stays, and the next attempt goes on. */
async function appendAll(
  { ledger, importId, correlation }: ImportSession,
  imported: ImportedAccount,
  bodies: readonly ImportBody[],
  now: string,
): Promise<boolean> {
  const settings = await ledger.settings.inForceAt(later(now, imported.account.at));
  let current = imported;
  for (const part of inAppends(bodies)) {
    const expected = current.account.revision;
    const origin = { importId, now, settings, correlation };
    const { events, after } = encodeImported(current, part, origin);
    const stream = accountStream(imported.userId);
    const isOk = await orSay(appendSurely(ledger, stream, expected, events));
    if (!isOk) return false;
    current = after;
  }
  return true;
}

function* inAppends(bodies: readonly ImportBody[]): Generator<NonEmpty<ImportBody>> {
  let part: ImportBody[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = bytesMaxOf(body);
    if (bytes + size > APPEND_BYTES_MAX && isNonEmpty(part)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(body);
    bytes += size;
  }
  if (isNonEmpty(part)) yield part;
}

/** Rows were cut to their bound, and are not measured again. */
const bytesMaxOf = (body: ImportBody): number =>
  body.type === 'LegacyRowsImported'
    ? LEGACY_ROWS_BYTES_MAX
    : Buffer.byteLength(JSON.stringify(body));

const isNonEmpty = (part: readonly ImportBody[]): part is NonEmpty<ImportBody> => part.length > 0;

/** Sends the same events until the store says what became of them. False: a conflict. */
async function appendSurely(
  { store }: Ledger,
  stream: string,
  expected: number,
  events: NonEmpty<EncodedEvent>,
): Promise<boolean> {
  return retry(
    async () => {
      const result = await store.append(stream, expected, events);
      if (result.kind !== 'unknown') return result.kind === 'ok';
      throw new UnconfirmedAppend(`the store did not confirm an append to ${stream}`, {
        cause: result.cause,
      });
    },
    { ...RETRY_LIMITS, isRetried: (error) => !(error instanceof PermanentStoreError) },
  );
}
