import type { sendUnaryData, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import { performAppend, type AppendOutcome } from './append-operation.js';
import { shared, streams } from './definitions.js';
import type { Double } from './double.js';
import type { ProposedEvent } from './event-log.js';
import { proposedEvent, sizeOf, streamNameOf } from './messages.js';
import {
  accessDenied,
  appendTooLarge,
  commitTimeout,
  internal,
  invalidArgument,
  streamDeleted,
  tooBusy,
} from './rpc-errors.js';
import type { Expected } from './stream-writer.js';
import { asServiceError } from './service-error.js';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;
type Done = sendUnaryData<streams.AppendResp>;

/** The classic append: options, then events, then one answer. */
export function handleAppend(double: Double, call: AppendCall, done: Done): void {
  const gathered = new GatheredAppend(double.appendBytesMax);
  call.on('data', (request: streams.AppendReq) => gathered.add(request));
  call.on('end', () => {
    // A connection that is cut ends what came by it too; that it was cut is known a moment later.
    setImmediate(() => {
      if (!call.cancelled) answerWhole(double, call, gathered, once(done));
    });
  });
}

function answerWhole(double: Double, call: AppendCall, gathered: GatheredAppend, done: Done): void {
  try {
    answerAppend(double, call, gathered, done);
  } catch (error) {
    done(asServiceError(error));
  }
}

function answerAppend(
  double: Double,
  call: AppendCall,
  gathered: GatheredAppend,
  done: Done,
): void {
  const { options, events } = gathered.whole();
  const stream = streamNameOf(options.getStreamIdentifier());
  const expected = expectedOf(options);
  const caller = double.callerOf(call);
  const swallowed = () => double.faults.blackHole === true;
  performAppend(
    double,
    { stream, expected, events, caller, via: 'append' },
    {
      answer: (outcome) => {
        if (!swallowed()) answer(double, stream, expected, outcome, done);
      },
      busy: () => done(tooBusy()),
      fail: (error) => done(error),
      cut: () => double.cut(call),
    },
  );
}

/** Events are kept only as long as they may still be taken. */
class GatheredAppend {
  #options: streams.AppendReq.Options | undefined;
  #events: ProposedEvent[] = [];
  #size = 0;
  #failure: ServiceError | undefined;

  constructor(private readonly bytesMax: number) {}

  add(request: streams.AppendReq): void {
    if (request.hasOptions()) {
      this.#options = request.getOptions();
      return;
    }
    if (this.#failure !== undefined) return;
    try {
      const event = proposedEvent(request.getProposedMessage());
      this.#size += sizeOf(event);
      if (this.#size > this.bytesMax) throw appendTooLarge(this.bytesMax);
      this.#events.push(event);
    } catch (error) {
      this.#failure = asServiceError(error);
      this.#events = [];
    }
  }

  whole(): { options: streams.AppendReq.Options; events: readonly ProposedEvent[] } {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#options === undefined) throw internal('an append without options');
    return { options: this.#options, events: this.#events };
  }
}

function answer(
  double: Double,
  stream: string,
  expected: Expected,
  outcome: AppendOutcome,
  done: Done,
): void {
  switch (outcome.kind) {
    case 'denied':
      return done(accessDenied());
    case 'too-large':
      return done(appendTooLarge(double.appendBytesMax));
    case 'deleted':
      return done(streamDeleted(stream));
    case 'wrong-version':
      return done(null, wrongVersionResponse(expected, outcome.current));
    case 'commit-timeout':
      return done(commitTimeout());
    case 'written':
    case 'repeated':
      return done(null, successResponse(outcome.revision, outcome.position));
  }
}

function successResponse(revision: number, position: number | null): streams.AppendResp {
  const success = new streams.AppendResp.Success();
  if (revision < 0) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(revision));
  if (position === null) success.setNoPosition(new shared.Empty());
  else {
    success.setPosition(
      new streams.AppendResp.Position()
        .setCommitPosition(String(position))
        .setPreparePosition(String(position)),
    );
  }
  return new streams.AppendResp().setSuccess(success);
}

function wrongVersionResponse(expected: Expected, current: number): streams.AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

function expectedOf(options: streams.AppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  if (options.hasRevision()) return Number(options.getRevision());
  throw invalidArgument('an append without an expected revision');
}

/** A unary call carries one answer, whatever the fault. */
function once(done: Done): Done {
  let isDone = false;
  return (...answer) => {
    if (isDone) return;
    isDone = true;
    done(...answer);
  };
}
