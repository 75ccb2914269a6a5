import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { Settled } from './commit-waits.js';
import { streams } from './definitions.js';
import type { ServerState } from './server-state.js';
import { streamNameOf } from './messages.js';
import {
  handlerFailed,
  invalidArgument,
  notReady,
  operationTimedOut,
  streamDeleted,
  wrongExpectedVersion,
} from './rpc-errors.js';
import { asServiceError } from './service-error.js';
import type { Expected } from './stream-writer.js';

type DeleteOptions = streams.DeleteReq.Options | streams.TombstoneReq.Options;

export function handleDelete(
  state: ServerState,
  call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
  done: sendUnaryData<streams.DeleteResp>,
): void {
  const answer = (position: number) => {
    const at = new streams.DeleteResp.Position()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position));
    done(null, new streams.DeleteResp().setPosition(at));
  };
  remove(state, call, call.request.getOptions(), false, answer, done);
}

export function handleTombstone(
  state: ServerState,
  call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
  done: sendUnaryData<streams.TombstoneResp>,
): void {
  const answer = (position: number) => {
    const at = new streams.TombstoneResp.Position()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position));
    done(null, new streams.TombstoneResp().setPosition(at));
  };
  remove(state, call, call.request.getOptions(), true, answer, done);
}

function remove(
  state: ServerState,
  call: ServerUnaryCall<unknown, unknown>,
  options: DeleteOptions | undefined,
  isForEver: boolean,
  answer: (position: number) => void,
  fail: (error: Error) => void,
): void {
  if (state.faults.blackHole === true) return;
  try {
    const stream = streamNameOf(options?.getStreamIdentifier());
    const expected = expectedOf(options);
    state.access.check(state.callerOf(call), 'delete', stream);
    if (stream === '') throw handlerFailed();
    if (state.isStopping) throw notReady();
    const outcome = isForEver
      ? state.writer.tombstone(stream, expected)
      : state.writer.softDelete(stream, expected);
    state.commits.settle(outcome, (settled) => {
      if (state.faults.blackHole === true) return;
      if (settled.kind === 'written') answer(settled.position ?? 0);
      else fail(errorFor(stream, expected, settled));
    });
  } catch (error) {
    fail(asServiceError(error));
  }
}

function errorFor(
  stream: string,
  expected: Expected,
  settled: Exclude<Settled, { kind: 'written' }>,
): Error {
  switch (settled.kind) {
    case 'deleted':
      return streamDeleted(stream);
    case 'timeout':
      return operationTimedOut(settled.message);
    case 'wrong-version': {
      const expectedNumber = EXPECTED_NUMBER[String(expected)] ?? BigInt(expected);
      return wrongExpectedVersion('Delete', stream, expectedNumber, BigInt(settled.current));
    }
    case 'repeated':
      return handlerFailed();
  }
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
  if (options?.hasStreamExists() === true) return 'stream-exists';
  if (options?.hasAny() === true) return 'any';
  throw invalidArgument("'None' is not a valid ExpectedStreamRevisionOneofCase");
}
