import { readUuid, writeUuid } from '#bytes';
import { DELETED_REVISION } from './system-names.js';
import { shared, streams } from './definitions.js';
import type { LogRecord } from './log-record.js';

const TICKS_PER_MS = 10_000n;

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');

export const streamNameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

export function uuidOf(uuid: shared.UUID | undefined): string {
  const structured = uuid?.getStructured();
  if (structured === undefined) return uuid?.getString() ?? '';
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(BigInt(structured.getMostSignificantBits()), 0);
  bytes.writeBigInt64BE(BigInt(structured.getLeastSignificantBits()), 8);
  return readUuid(bytes, 0);
}

const revisionOf = (record: LogRecord): bigint =>
  record.isTombstone ? DELETED_REVISION : BigInt(record.revision);

/** As text if the reader requested text, otherwise as two numbers. */
function idMessage(id: string, isString: boolean): shared.UUID {
  if (isString) return new shared.UUID().setString(id);
  const bytes = Buffer.alloc(16);
  writeUuid(bytes, 0, id);
  return new shared.UUID().setStructured(
    new shared.UUID.Structured()
      .setMostSignificantBits(String(bytes.readBigInt64BE(0)))
      .setLeastSignificantBits(String(bytes.readBigInt64BE(8))),
  );
}

function recordedEvent(
  record: LogRecord,
  hasStringId: boolean,
): streams.ReadResp.ReadEvent.RecordedEvent {
  const message = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(idMessage(record.id, hasStringId))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(bytesOf(record.stream)))
    .setStreamRevision(String(revisionOf(record)))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setData(record.data)
    .setCustomMetadata(record.meta);
  message
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', String(BigInt(record.createdAtMs) * TICKS_PER_MS));
  return message;
}

/** `link` is set where `event` was found through it. */
export function eventMessage(
  event: LogRecord | undefined,
  link: LogRecord | undefined,
  hasStringIds: boolean,
): streams.ReadResp {
  const message = new streams.ReadResp.ReadEvent();
  if (event !== undefined) message.setEvent(recordedEvent(event, hasStringIds));
  if (link !== undefined) message.setLink(recordedEvent(link, hasStringIds));
  message.setCommitPosition(String((link ?? event)?.position ?? 0));
  return new streams.ReadResp().setEvent(message);
}

export const confirmationMessage = (subscriptionId: string): streams.ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId),
  );

export const caughtUpMessage = (): streams.ReadResp =>
  new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const fellBehindMessage = (): streams.ReadResp =>
  new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind());

/** Where a record is, or the edge in front of one, whose prepare position is 0. */
export interface LogPosition {
  readonly commit: number;
  readonly prepare: number;
}

export const checkpointMessage = ({ commit, prepare }: LogPosition): streams.ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint()
      .setCommitPosition(String(commit))
      .setPreparePosition(String(prepare)),
  );

export const streamNotFoundMessage = (stream: string): streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(
      new shared.StreamIdentifier().setStreamName(bytesOf(stream)),
    ),
  );
