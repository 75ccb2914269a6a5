import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import { performAppend } from './append-operation.js';
import type { Settled } from './commit-waits.js';
import { shared, streams } from './definitions.js';
import type { ServerState } from './server-state.js';
import type { ProposedEvent } from './log-record.js';
import { streamNameOf } from './messages.js';
import { eventFrom, proposalOf } from './proposed-event.js';
import {
  appendTooLarge,
  handlerFailed,
  invalidArgument,
  operationTimedOut,
  streamDeleted,
} from './rpc-errors.js';
import type { Expected } from './stream-writer.js';
import { asServiceError } from './service-error.js';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;
type Done = sendUnaryData<streams.AppendResp>;

/** The classic append: options, then events, then one answer; errors are answered as soon as they are known. */
export function handleAppend(state: ServerState, call: AppendCall, done: Done): void {
  const answer = once(done);
  const append = new GatheredAppend(state, call);
  const refusing = (action: () => void) => {
    try {
      action();
    } catch (error) {
      append.isRefused = true;
      answer(asServiceError(error));
    }
  };
  call.on('data', (request: streams.AppendReq) => refusing(() => append.add(request)));
  call.on('end', () => {
    // A connection that is cut ends what came by it too; that it was cut is known a moment later.
    setImmediate(() => {
      if (!call.cancelled && !append.isRefused)
        refusing(() => perform(state, call, append, answer));
    });
  });
}

function perform(state: ServerState, call: AppendCall, append: GatheredAppend, done: Done): void {
  const { stream, expected, events } = append.whole();
  performAppend(
    state,
    { stream, expected, events, via: 'append' },
    {
      answer: (settled) => {
        if (state.faults.blackHole !== true) answer(stream, expected, settled, done);
      },
      fail: (error) => done(error),
      cut: () => state.cut(call),
    },
  );
}

/** The options come first: who may not write is refused before an event of his is looked at. */
class GatheredAppend {
  isRefused = false;
  #stream: string | undefined;
  #expected: Expected = 'any';
  #events: ProposedEvent[] = [];
  #size = 0;

  constructor(
    private readonly state: ServerState,
    private readonly call: AppendCall,
  ) {}

  add(request: streams.AppendReq): void {
    if (this.isRefused) return;
    const options = request.getOptions();
    if (this.#stream === undefined) {
      if (options === undefined) throw handlerFailed();
      this.#begin(options);
      return;
    }
    const message = request.getProposedMessage();
    if (message === undefined) throw handlerFailed();
    const proposal = proposalOf(message);
    this.#size += this.state.sizeOf(proposal);
    if (this.#size > this.state.appendBytesMax) throw appendTooLarge(this.state.appendBytesMax);
    this.#events.push(eventFrom(proposal, this.state.sizeOf(proposal)));
  }

  whole(): { stream: string; expected: Expected; events: readonly ProposedEvent[] } {
    if (this.#stream === undefined || this.#stream === '') throw handlerFailed();
    return { stream: this.#stream, expected: this.#expected, events: this.#events };
  }

  #begin(options: streams.AppendReq.Options): void {
    this.#stream = streamNameOf(options.getStreamIdentifier());
    this.#expected = expectedOf(options);
    const { access } = this.state;
    access.check(this.state.callerOf(this.call), 'write', this.#stream);
  }
}

function answer(stream: string, expected: Expected, settled: Settled, done: Done): void {
  switch (settled.kind) {
    case 'deleted':
      return done(streamDeleted(stream));
    case 'wrong-version':
      return done(null, wrongVersionResponse(expected, settled.current));
    case 'timeout':
      return done(operationTimedOut(settled.message));
    case 'written':
    case 'repeated':
      return done(null, successResponse(settled.revision, settled.position));
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
  throw invalidArgument("'None' is not a valid ExpectedStreamRevisionOneofCase");
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
