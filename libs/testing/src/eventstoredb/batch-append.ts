import type { ServerDuplexStream } from '@grpc/grpc-js';
import { performAppend, type AppendOutcome } from './append-operation.js';
import {
  batchAccessDenied,
  batchAppendTooLarge,
  batchBusy,
  batchStreamDeleted,
  batchTimeout,
  batchWrongVersion,
} from './batch-status.js';
import { GoogleEmpty, shared, streams } from './definitions.js';
import type { Double } from './double.js';
import type { ProposedEvent } from './event-log.js';
import { proposedEvent, sizeOf, streamNameOf, uuidOf } from './messages.js';
import { invalidArgument } from './rpc-errors.js';
import { asServiceError } from './service-error.js';
import type { Expected } from './stream-writer.js';

type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

interface OpenAppend {
  readonly options: streams.BatchAppendReq.Options;
  readonly events: ProposedEvent[];
  size: number;
}

/** One stream of appends in and answers out, matched by correlation id, as long as a client lives. */
export function handleBatchAppend(double: Double, call: BatchCall): void {
  const open = new Map<string, OpenAppend>();
  call.on('data', (request: streams.BatchAppendReq) => {
    try {
      takeRequest(double, call, open, request);
    } catch (error) {
      call.emit('error', asServiceError(error));
    }
  });
  call.on('end', () => call.end());
}

function takeRequest(
  double: Double,
  call: BatchCall,
  open: Map<string, OpenAppend>,
  request: streams.BatchAppendReq,
): void {
  const id = uuidOf(request.getCorrelationId());
  const options = request.getOptions();
  if (options !== undefined) open.set(id, { options, events: [], size: 0 });
  const append = open.get(id);
  if (append === undefined) return;
  for (const message of request.getProposedMessagesList()) {
    const event = proposedEvent(message);
    append.size += sizeOf(event);
    append.events.push(event);
  }
  const isTooLarge = append.size > double.appendBytesMax;
  if (!request.getIsFinal() && !isTooLarge) return;
  open.delete(id);
  answerRequest(double, call, request, append);
}

function answerRequest(
  double: Double,
  call: BatchCall,
  request: streams.BatchAppendReq,
  { options, events }: OpenAppend,
): void {
  const respond = (fill: (response: streams.BatchAppendResp) => void) => {
    if (double.faults.blackHole === true) return;
    const response = new streams.BatchAppendResp()
      .setCorrelationId(request.getCorrelationId())
      .setStreamIdentifier(options.getStreamIdentifier());
    fill(response);
    send(call, response);
  };
  if (isOver(options)) {
    respond((response) => response.setError(batchTimeout()));
    return;
  }
  const expected = expectedOf(options);
  const stream = streamNameOf(options.getStreamIdentifier());
  performAppend(
    double,
    { stream, expected, events, caller: double.callerOf(call), via: 'batch-append' },
    {
      answer: (outcome) => respond((response) => fillAnswer(response, outcome, expected, double)),
      busy: () => respond((response) => response.setError(batchBusy())),
      fail: (error) => call.emit('error', error),
      cut: () => double.cut(call),
    },
  );
}

/** A client that does not read its answers is not read from. */
function send(call: BatchCall, response: streams.BatchAppendResp): void {
  if (call.cancelled || call.writableEnded) return;
  if (call.write(response)) return;
  call.pause();
  call.once('drain', () => call.resume());
}

function fillAnswer(
  response: streams.BatchAppendResp,
  outcome: AppendOutcome,
  expected: Expected,
  double: Double,
): void {
  switch (outcome.kind) {
    case 'denied':
      response.setError(batchAccessDenied());
      return;
    case 'too-large':
      response.setError(batchAppendTooLarge(double.appendBytesMax));
      return;
    case 'deleted':
      response.setError(batchStreamDeleted(response.getStreamIdentifier()));
      return;
    case 'wrong-version':
      response.setError(batchWrongVersion(expected, outcome.current));
      return;
    case 'commit-timeout':
      response.setError(batchTimeout());
      return;
    case 'written':
    case 'repeated':
      response.setSuccess(success(outcome.revision, outcome.position));
      return;
  }
}

function success(revision: number, position: number | null): streams.BatchAppendResp.Success {
  const message = new streams.BatchAppendResp.Success();
  if (revision < 0) message.setNoStream(new GoogleEmpty());
  else message.setCurrentRevision(String(revision));
  if (position === null) return message.setNoPosition(new GoogleEmpty());
  return message.setPosition(
    new shared.AllStreamPosition()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position)),
  );
}

/** By the real clock, as the client reckons it, whatever the clock of the events. */
function isOver(options: streams.BatchAppendReq.Options): boolean {
  const deadline = options.getDeadline();
  return deadline !== undefined && deadline.toDate().getTime() <= Date.now();
}

function expectedOf(options: streams.BatchAppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  throw invalidArgument('an append without an expected revision');
}
