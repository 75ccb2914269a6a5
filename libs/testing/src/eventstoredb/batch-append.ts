import type { ServerDuplexStream, ServiceError } from '@grpc/grpc-js';
import { performAppend } from './append-operation.js';
import {
  batchAccessDenied,
  batchAppendTooLarge,
  batchBadRequest,
  batchUnavailable,
  batchTimeout,
  statusOfSettled,
} from './batch-status.js';
import type { Settled } from './commit-waits.js';
import { GoogleEmpty, shared, streams, type status } from './definitions.js';
import type { ServerState } from './server-state.js';
import type { ProposedEvent } from './log-record.js';
import { streamNameOf, uuidOf } from './messages.js';
import { eventFrom, proposalOf } from './proposed-event.js';
import { handlerFailed, invalidArgument } from './rpc-errors.js';
import { asServiceError } from './service-error.js';
import type { Expected } from './stream-writer.js';

type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

interface OpenAppend {
  readonly stream: string;
  readonly identifier: shared.StreamIdentifier | undefined;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
  size: number;
}

type Answer = (fill: (response: streams.BatchAppendResp) => void) => void;

/** One stream of appends in and answers out, matched by correlation id, as long as a client lives. */
export class BatchAppendStream {
  readonly #open = new Map<string, OpenAppend>();
  #unanswered = 0;
  #isEnding = false;

  constructor(
    private readonly state: ServerState,
    private readonly call: BatchCall,
  ) {
    call.on('data', (request: streams.BatchAppendReq) => this.#take(request));
    call.on('end', () => {
      this.#isEnding = true;
      this.#endWhenAnswered();
    });
  }

  /** An error of one append is answered for that append, if its options are known. */
  #take(request: streams.BatchAppendReq): void {
    const answer = this.#answerTo(request, request.getOptions()?.getStreamIdentifier());
    try {
      this.#takePart(request, answer);
    } catch (error) {
      const { details } = asServiceError(error);
      if (request.hasOptions()) answer((response) => response.setError(batchBadRequest(details)));
      else this.call.emit('error', handlerFailed());
    }
  }

  #takePart(request: streams.BatchAppendReq, answer: Answer): void {
    const id = uuidOf(request.getCorrelationId());
    const options = request.getOptions();
    if (options !== undefined) {
      const refused = this.#begin(id, options, answer);
      if (refused !== null) return answer((response) => response.setError(refused));
    }
    const append = this.#open.get(id);
    if (append === undefined) return;
    const answerAppend = this.#answerTo(request, append.identifier);
    for (const message of request.getProposedMessagesList()) {
      const proposal = proposalOf(message);
      const size = this.state.sizeOf(proposal);
      append.events.push(eventFrom(proposal, size));
      append.size += size;
    }
    const { appendBytesMax } = this.state;
    if (append.size > appendBytesMax) {
      this.#open.delete(id);
      return answerAppend((response) => response.setError(batchAppendTooLarge(appendBytesMax)));
    }
    if (!request.getIsFinal()) return;
    this.#open.delete(id);
    this.#perform(append, answerAppend);
  }

  /** A missing right, or a deadline in the past, is answered before any event is looked at. */
  #begin(
    id: string,
    options: streams.BatchAppendReq.Options,
    answer: Answer,
  ): status.Status | null {
    const { state } = this;
    const identifier = options.getStreamIdentifier();
    const stream = streamNameOf(identifier);
    if (!state.access.mayDo(state.callerOf(this.call), 'write', stream)) {
      return batchAccessDenied();
    }
    const waitMs = Math.min(waitMsOf(options), state.writeTimeoutMs);
    if (waitMs <= 0) return batchTimeout();
    if (this.#open.has(id)) return null;
    if (stream === '') throw invalidArgument('Value cannot be null or empty. (eventStreamId)');
    const expected = expectedOf(options);
    this.#open.set(id, { stream, identifier, expected, events: [], size: 0 });
    state.schedule(waitMs, () => {
      if (this.#open.delete(id)) answer((response) => response.setError(batchTimeout()));
    });
    return null;
  }

  #perform(append: OpenAppend, answer: Answer): void {
    const { stream, expected, events } = append;
    this.#unanswered += 1;
    let isAnswered = false;
    const answerOnce = (fill: (response: streams.BatchAppendResp) => void) => {
      answer(fill);
      if (!isAnswered) this.#unanswered -= 1;
      isAnswered = true;
      this.#endWhenAnswered();
    };
    performAppend(
      this.state,
      { stream, expected, events, via: 'batch-append' },
      {
        answer: (settled) => answerOnce((response) => fillAnswer(response, settled, expected)),
        busy: () => answerOnce((response) => response.setError(batchUnavailable('Server Is Busy'))),
        notReady: () =>
          answerOnce((response) => response.setError(batchUnavailable('Server Is Not Ready'))),
        fail: (error: ServiceError) => this.call.emit('error', error),
        cut: () => this.state.cut(this.call),
      },
    );
  }

  #answerTo(
    request: streams.BatchAppendReq,
    identifier: shared.StreamIdentifier | undefined,
  ): Answer {
    return (fill) => {
      if (this.state.faults.blackHole === true) return;
      const response = new streams.BatchAppendResp()
        .setCorrelationId(request.getCorrelationId())
        .setStreamIdentifier(identifier ?? new shared.StreamIdentifier());
      fill(response);
      this.#send(response);
    };
  }

  /** A client that does not read its answers is not read from. */
  #send(response: streams.BatchAppendResp): void {
    const { call } = this;
    if (call.cancelled || call.writableEnded) return;
    if (call.write(response)) return;
    call.pause();
    call.once('drain', () => call.resume());
  }

  #endWhenAnswered(): void {
    if (this.#isEnding && this.#unanswered === 0) this.call.end();
  }
}

function fillAnswer(response: streams.BatchAppendResp, settled: Settled, expected: Expected): void {
  if (settled.kind === 'written' || settled.kind === 'repeated') {
    response.setSuccess(success(settled.revision, settled.position));
    return;
  }
  response.setError(statusOfSettled(settled, expected, response.getStreamIdentifier()));
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
function waitMsOf(options: streams.BatchAppendReq.Options): number {
  const deadline = options.getDeadline();
  return deadline === undefined ? Infinity : deadline.toDate().getTime() - Date.now();
}

function expectedOf(options: streams.BatchAppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  if (options.hasStreamExists()) return 'stream-exists';
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  throw invalidArgument("'None' is not a valid ExpectedStreamPositionOneofCase");
}
