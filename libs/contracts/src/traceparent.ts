/** W3C Trace Context: which work belongs together, from the sender's message to the row. */
export interface Traceparent {
  /** 32 hex digits: the correlation id in every log line. */
  readonly traceId: string;
  /** 16 hex digits: the step that caused this one. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACEPARENT_CHARS = 55;
const ALL_ZEROS = /^0+$/;

/** null: there is none, or none that the standard allows. */
export function parseTraceparent(text: string | null | undefined): Traceparent | null {
  const [, version, traceId, parentId, flags, extension] =
    TRACEPARENT.exec(text?.trim() ?? '') ?? [];
  if (version === undefined || traceId === undefined || parentId === undefined) return null;
  // Later versions may add fields at the end; version 00 has none, and ff is never a version.
  if (version === 'ff' || (version === '00' && extension !== undefined)) return null;
  if (ALL_ZEROS.test(traceId) || ALL_ZEROS.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags ?? '00', 16) & 1) === 1 };
}

/**
 * The value itself, if it can be passed on and stored as it is: without spaces around it and
 * without the fields of a later version, which may be of any length. null: it can't.
 */
export function storableTraceparent(value: unknown): string | null {
  if (typeof value !== 'string' || value.length !== TRACEPARENT_CHARS) return null;
  return parseTraceparent(value) === null ? null : value;
}

export function formatTraceparent({ traceId, parentId, sampled }: Traceparent): string {
  return `00-${traceId}-${parentId}-${sampled ? '01' : '00'}`;
}

type RandomBytes = (count: number) => Uint8Array;

const randomBytes: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

/** The next step of the same trace, or the first step of a new one. */
export function nextTraceparent(
  parent: Traceparent | null,
  random: RandomBytes = randomBytes,
): Traceparent {
  return {
    traceId: parent?.traceId ?? randomId(16, random),
    parentId: randomId(8, random),
    sampled: parent?.sampled ?? true,
  };
}

/** An id of zeros would be invalid. */
function randomId(bytes: number, random: RandomBytes): string {
  const id = Array.from(random(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return ALL_ZEROS.test(id) ? `${id.slice(0, -1)}1` : id;
}
