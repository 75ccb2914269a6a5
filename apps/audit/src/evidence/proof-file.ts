import type { Position } from '#event-store';
import { accountStream } from '#identity';
import type { StoredEvent } from '../store/event-source.js';

// The proof of one user's whole statement, which can be checked without the ledger. Each line is a JSON
// object: first the header with the anchor, then the events. Like anchors, a format never changes: one
// of a ledger that has settings holds them as well, before the events of the account, and one of a ledger
// that took accounts over the take-overs behind the settings.

const PROOF_FORMATS = {
  account: 'points-ledger proof v1',
  settings: 'points-ledger proof v2',
  takeOvers: 'points-ledger proof v3',
} as const;

export function proofFormat(hasSettings: boolean, hasTakeOvers = false): ProofHeader['format'] {
  if (hasTakeOvers) return PROOF_FORMATS.takeOvers;
  return hasSettings ? PROOF_FORMATS.settings : PROOF_FORMATS.account;
}

/** Where a stream ends, and the way from there to the root that an anchor signs. */
export interface ProvedStream {
  readonly revision: number;
  readonly hash: string;
  /** The index of the stream among all streams of the anchor, in order of name. */
  readonly index: number;
  /** The siblings on the path from the leaf of the stream to the root, lowest first. */
  readonly path: readonly string[];
}

export interface ProofHeader extends ProvedStream {
  readonly format: (typeof PROOF_FORMATS)[keyof typeof PROOF_FORMATS];
  readonly user: string;
  readonly stream: string;
  /** The anchor's text. */
  readonly anchor: string;
  /** Of the settings, whose events come first; absent: the ledger had none. */
  readonly settings?: ProvedStream;
  /** Of the take-overs; absent: the ledger took no account over. */
  readonly takeOvers?: ProvedStream;
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

export const isProof = (text: string): boolean =>
  Object.values(PROOF_FORMATS).some((format) => text.startsWith(`{"format":"${format}"`));

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
  const { user, stream, anchor, settings, takeOvers } = fields;
  const format = proofFormat(settings !== undefined, takeOvers !== undefined);
  if (
    fields['format'] !== format ||
    !matches(user, UUID) ||
    stream !== accountStream(user) ||
    typeof anchor !== 'string'
  ) {
    throw invalidHeader();
  }
  const { revision, hash, index, path } = parseProvedStream(fields);
  const header = { format, user, stream, revision, hash, index, path, anchor };
  return {
    ...header,
    ...(settings !== undefined && { settings: parseProvedStream(settings) }),
    ...(takeOvers !== undefined && { takeOvers: parseProvedStream(takeOvers) }),
  };
}

function parseProvedStream(value: unknown): ProvedStream {
  const { revision, hash, index, path } = (value ?? {}) as Fields;
  const isPath = Array.isArray(path) && path.every((sibling) => matches(sibling, HASH));
  if (!isCount(revision) || !matches(hash, HASH) || !isCount(index) || !isPath) {
    throw invalidHeader();
  }
  return { revision, hash, index, path };
}

const invalidHeader = (): InvalidProofError =>
  new InvalidProofError('line 1 does not say what a proof says');

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
