import { randomBytes } from 'node:crypto';

/** W3C Trace Context: which work belongs together, from the sender's message to the row. */
export interface Traceparent {
  /** 32 hexadecimal digits: the correlation id in every log line. */
  readonly traceId: string;
  /** 16: the step that caused this one. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** null: there is none, or none that the standard allows. */
export function parseTraceparent(text: string | null | undefined): Traceparent | null {
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(text?.trim() ?? '') ?? [];
  if (version === undefined || traceId === undefined || parentId === undefined) return null;
  // Versions to come may add something behind; ours has nothing there, and ff is none.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags ?? '00', 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, parentId, sampled }: Traceparent): string {
  return `00-${traceId}-${parentId}-${sampled ? '01' : '00'}`;
}

/** The next step of the same work; of new work where there was none. */
export function nextTraceparent(
  parent: Traceparent | null,
  random: (bytes: number) => Buffer = randomBytes,
): Traceparent {
  return {
    traceId: parent?.traceId ?? nonZero(16, random),
    parentId: nonZero(8, random),
    sampled: parent?.sampled ?? true,
  };
}

function nonZero(bytes: number, random: (bytes: number) => Buffer): string {
  const id = random(bytes).toString('hex');
  return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id;
}
