import { PermanentStoreError } from '../port.js';

/** What a failed call means for the appends in it. */
export type Trouble =
  /** Nothing was written, and a later call may succeed. */
  | 'passes'
  /** It may have been committed: the connection broke, or nobody answered in time. */
  | 'unknown'
  /** Nothing was written, because of one of the appends in it. */
  | 'poison'
  /** Nothing was written, and nothing will be until somebody looks. */
  | 'permanent';

/** The server was asked for a connection, and gave none: nothing was sent. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection';
}

const PASSES = /^(40001|40P01|55P03|57014|57P03|25006|53...|58...)$/;
const BROKEN = /^(08...|57P01|57P02|57P05)$/;
const ACCESS = /^(42501|28...)$/;
const MISCONFIGURED = /^(42...|3D000|3F000|22023)$/;

interface FromServer {
  readonly code: string;
  readonly severity: string;
  readonly constraint?: string;
}

/** Everything else is the network's, or our own timer's. */
function fromServer(error: unknown): FromServer | null {
  const { code, severity } = error as Partial<FromServer>;
  return typeof code === 'string' && typeof severity === 'string' ? (error as FromServer) : null;
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof NoConnection) {
    const said = fromServer(error.cause);
    const refused = said !== null && (ACCESS.test(said.code) || MISCONFIGURED.test(said.code));
    return refused ? 'permanent' : 'passes';
  }
  const said = fromServer(error);
  if (said === null || BROKEN.test(said.code)) return 'unknown';
  if (PASSES.test(said.code)) return 'passes';
  if (said.severity !== 'ERROR') return 'unknown';
  if (ACCESS.test(said.code) || MISCONFIGURED.test(said.code)) return 'permanent';
  return 'poison';
}

/** After any other, what the connection still holds can't be known. */
export function isUsableAfter(error: unknown): boolean {
  const said = fromServer(error);
  return said?.severity === 'ERROR' && said.code !== '25006';
}

export function permanent(error: unknown): PermanentStoreError {
  const cause = error instanceof NoConnection ? error.cause : error;
  const said = fromServer(cause);
  const because = cause instanceof Error ? cause.message : String(cause);
  const as = (code: PermanentStoreError['code']) =>
    new PermanentStoreError(code, `Postgres: ${because}`, { cause });
  if (said === null) return as('misconfigured');
  if (said.code === '23505') {
    return as(said.constraint === 'events_id' ? 'event-id-reused' : 'broken-order');
  }
  if (ACCESS.test(said.code)) return as('access-denied');
  return as(MISCONFIGURED.test(said.code) ? 'misconfigured' : 'invalid-event');
}
