import type { Position } from '#event-store';
import { accountStream } from '#identity';
import type { StoredEvent } from '../store/event-source.js';

// The proof of one user's whole statement, which can be checked without the ledger. Each line is a JSON
// object: first the header with the anchor, then the events. Like anchors, the format never changes.

export const PROOF_FORMAT = 'points-ledger proof v1';

export interface ProofHeader {
  readonly format: typeof PROOF_FORMAT;
  readonly user: string;
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
  /** The index of the account among all accounts of the anchor, in order of stream. */
  readonly index: number;
  /** The siblings on the path from the account's leaf to the root of the accounts, lowest first. */
  readonly path: readonly string[];
  /** The anchor's text. */
  readonly anchor: string;
}

/** The fields that the hash chain covers, and the position in the store. */
export type ProofEvent = Pick<
  StoredEvent,
  'revision' | 'id' | 'type' | 'data' | 'meta' | 'hash' | 'position'
>;

/** A proof whose events are parsed one by one, because a statement may not fit in memory. */
export interface Proof {
  readonly header: ProofHeader;
  readonly events: Iterable<ProofEvent>;
}

export class InvalidProofError extends Error {
  override readonly name = 'BadProof';
}

export async function* serializeProof(
  header: ProofHeader,
  pages: AsyncIterable<readonly ProofEvent[]>,
): AsyncGenerator<string, void, undefined> {
  yield `${JSON.stringify(header)}\n`;
  for await (const page of pages) yield page.map(serializeEvent).join('');
}

const serializeEvent = ({ revision, position, id, type, data, meta, hash }: ProofEvent): string =>
  `${JSON.stringify({ revision, position, id, type, data, meta, hash })}\n`;

export const isProof = (text: string): boolean => text.startsWith(`{"format":"${PROOF_FORMAT}"`);

/** Parses a file that is given in chunks. It does not check whether the proof is valid. */
export function parseProof(pieces: Iterable<string>): Proof {
  const lines = splitLines(pieces);
  const first = lines.next();
  return {
    header: parseHeader(parseObject(first.done === true ? '' : first.value, 1)),
    events: parseEvents(lines),
  };
}

function* parseEvents(lines: Iterable<string>): Generator<ProofEvent, void, undefined> {
  let number = 1;
  for (const line of lines) yield parseEvent(line, ++number);
}

/** No event is nearly as long. */
const LINE_CHARACTERS_MAX = 64 * 1024 * 1024;

function* splitLines(pieces: Iterable<string>): Generator<string, void, undefined> {
  let partial = '';
  for (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n');
    partial += first;
    if (partial.length > LINE_CHARACTERS_MAX)
      throw new InvalidProofError('a line is longer than any event');
    const next = others.pop();
    if (next === undefined) continue;
    yield partial;
    yield* others;
    partial = next;
  }
  if (partial !== '') throw new InvalidProofError('its last line is cut');
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(line: string, number: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new InvalidProofError(`line ${number} is not JSON`, { cause });
  }
  if (typeof value === 'object' && value !== null) return value as Fields;
  throw new InvalidProofError(`line ${number} is no object`);
}

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function parseHeader(fields: Fields): ProofHeader {
  const path = fields['path'];
  const isPath = Array.isArray(path) && path.every((hash) => matches(hash, HASH));
  if (
    fields['format'] !== PROOF_FORMAT ||
    !matches(fields['user'], UUID) ||
    fields['stream'] !== accountStream(fields['user']) ||
    !matches(fields['hash'], HASH) ||
    !isCount(fields['revision']) ||
    !isCount(fields['index']) ||
    !isPath ||
    typeof fields['anchor'] !== 'string'
  ) {
    throw new InvalidProofError('line 1 does not say what a proof says');
  }
  return {
    format: PROOF_FORMAT,
    user: fields['user'],
    stream: fields['stream'],
    revision: fields['revision'],
    hash: fields['hash'],
    index: fields['index'],
    path: path,
    anchor: fields['anchor'],
  };
}

function parseEvent(line: string, number: number): ProofEvent {
  const { revision, position, id, type, data, meta, hash } = parseObject(line, number);
  if (
    !isCount(revision) ||
    !matches(id, UUID) ||
    !matches(hash, HASH) ||
    typeof position !== 'string' ||
    typeof type !== 'string' ||
    typeof data !== 'string' ||
    typeof meta !== 'string'
  ) {
    throw new InvalidProofError(`line ${number} is no event`);
  }
  return { revision, position: position as Position, id, type, data, meta, hash };
}

const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
