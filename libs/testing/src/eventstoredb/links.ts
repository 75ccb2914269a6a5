import type { EventLog, LogRecord } from './event-log.js';
import { eventMessage } from './messages.js';
import type { streams } from './definitions.js';
import { SYSTEM_TYPES } from './system-names.js';
import { isFound, isGone, visibilityOf } from './visible.js';

/** A record as it is answered; where links are to be followed, with what it links to. */
export function answerOf(
  log: EventLog,
  record: LogRecord,
  resolveLinks: boolean,
  nowMs: number,
): streams.ReadResp {
  if (!resolveLinks || record.type !== SYSTEM_TYPES.link) return eventMessage(record);
  return eventMessage(targetOf(log, record, nowMs), record);
}

/** `3@stream` points to revision 3 of a stream, whose name may hold more of `@`. */
function targetOf(log: EventLog, link: LogRecord, nowMs: number): LogRecord | undefined {
  const text = Buffer.from(link.data).toString('utf8');
  const at = text.indexOf('@');
  const stream = text.slice(at + 1);
  const target = log.streamOf(stream)[Number(text.slice(0, at))];
  if (target === undefined || !isFound(log, stream) || isGone(log, stream)) return undefined;
  return visibilityOf(log, stream, nowMs)(target) ? target : undefined;
}
