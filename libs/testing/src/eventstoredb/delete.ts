import { randomUUID } from 'node:crypto';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { streams } from './definitions.js';
import type { Double } from './double.js';
import type { LogRecord } from './event-log.js';
import { streamNameOf } from './messages.js';
import { streamDeleted, wrongExpectedVersion } from './rpc-errors.js';
import { asServiceError } from './service-error.js';
import type { Expected } from './stream-writer.js';
import { DELETED_REVISION, META_STREAM_PREFIX, SYSTEM_TYPES } from './system-names.js';

type DeleteOptions = streams.DeleteReq.Options | streams.TombstoneReq.Options;

/** Hides all there is of a stream: it may be written again, and goes on counting. */
export function handleDelete(
  double: Double,
  call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
  done: sendUnaryData<streams.DeleteResp>,
): void {
  if (double.faults.blackHole === true) return;
  try {
    const stream = allowedStream(double, call, call.request.getOptions(), 'Delete');
    const metadata = JSON.stringify({ $tb: 0 }).replace('0', String(DELETED_REVISION));
    const record = append(double, META_STREAM_PREFIX + stream, SYSTEM_TYPES.metadata, metadata);
    const position = new streams.DeleteResp.Position()
      .setCommitPosition(String(record.position))
      .setPreparePosition(String(record.position));
    done(null, new streams.DeleteResp().setPosition(position));
  } catch (error) {
    done(asServiceError(error));
  }
}

/** The end of a stream, for ever. */
export function handleTombstone(
  double: Double,
  call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
  done: sendUnaryData<streams.TombstoneResp>,
): void {
  if (double.faults.blackHole === true) return;
  try {
    const stream = allowedStream(double, call, call.request.getOptions(), 'Tombstone');
    const record = append(double, stream, SYSTEM_TYPES.streamDeleted, '');
    const position = new streams.TombstoneResp.Position()
      .setCommitPosition(String(record.position))
      .setPreparePosition(String(record.position));
    done(null, new streams.TombstoneResp().setPosition(position));
  } catch (error) {
    done(asServiceError(error));
  }
}

function allowedStream(
  double: Double,
  call: ServerUnaryCall<unknown, unknown>,
  options: DeleteOptions | undefined,
  operation: string,
): string {
  const stream = streamNameOf(options?.getStreamIdentifier());
  const expected = expectedOf(options);
  double.access.check(double.callerOf(call), 'delete', stream);
  const refused = double.writer.check(stream, expected);
  if (refused?.kind === 'deleted') throw streamDeleted(stream);
  if (refused?.kind === 'wrong-version') {
    const wanted = EXPECTED_NUMBER[String(expected)] ?? BigInt(expected);
    throw wrongExpectedVersion(operation, stream, wanted, BigInt(refused.current));
  }
  return stream;
}

/** How the server writes the expectations that are no revisions. */
const EXPECTED_NUMBER: Readonly<Record<string, bigint>> = {
  any: -2n,
  'no-stream': -1n,
  'stream-exists': -4n,
};

function expectedOf(options: DeleteOptions | undefined): Expected {
  if (options?.hasRevision() === true) return Number(options.getRevision());
  if (options?.hasNoStream() === true) return 'no-stream';
  return options?.hasStreamExists() === true ? 'stream-exists' : 'any';
}

const append = (double: Double, stream: string, type: string, data: string): LogRecord =>
  double.log.append(stream, {
    id: randomUUID(),
    type,
    contentType: 'application/json',
    data: Buffer.from(data),
    meta: new Uint8Array(),
  });
