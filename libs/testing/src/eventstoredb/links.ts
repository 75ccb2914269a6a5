import type { EventLog } from './event-log.js';
import type { LogRecord } from './log-record.js';
import { eventMessage } from './messages.js';
import type { streams } from './definitions.js';
import { SYSTEM_TYPES } from './system-names.js';
import { isFound, isGone, visibilityOf } from './visibility.js';

export interface LinkOptions {
  readonly resolveLinks: boolean;
  readonly hasStringIds: boolean;
}

/** A record as it is answered; where links are to be followed, with what it links to. */
export function answerOf(
  log: EventLog,
  record: LogRecord,
  { resolveLinks, hasStringIds }: LinkOptions,
  nowMs: number,
): streams.ReadResp {
  if (!resolveLinks || record.type !== SYSTEM_TYPES.link) {
    return eventMessage(record, undefined, hasStringIds);
  }
  const text = Buffer.from(record.data).toString('utf8');
  const at = text.indexOf('@');
  const revision = at < 0 ? text : text.slice(0, at);
  // What does not begin with a number is no link, but an event like any other.
  if (!/^\s*[+-]?\d+\s*$/.test(revision)) return eventMessage(record, undefined, hasStringIds);
  const target = at < 0 ? undefined : targetOf(log, text.slice(at + 1), Number(revision), nowMs);
  return eventMessage(target, record, hasStringIds);
}

/** `3@stream` points to revision 3 of a stream, whose name may hold more of `@`; `-1` to its last. */
function targetOf(
  log: EventLog,
  stream: string,
  revision: number,
  nowMs: number,
): LogRecord | undefined {
  const target = log.streamOf(stream).at(revision === -1 ? -1 : Math.max(revision, 0));
  if (revision < -1 || target === undefined) return undefined;
  if (!isFound(log, stream) || isGone(log, stream)) return undefined;
  return visibilityOf(log, stream, nowMs)(target) ? target : undefined;
}
