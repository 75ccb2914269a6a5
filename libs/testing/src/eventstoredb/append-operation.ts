import type { ServiceError } from '@grpc/grpc-js';
import type { Caller } from './access.js';
import type { Double } from './double.js';
import type { ProposedEvent } from './event-log.js';
import { errorOf } from './fault-errors.js';
import type { AppendFault, AppendCall } from './faults.js';
import { sizeOf } from './messages.js';
import { answerLost, notLeader } from './rpc-errors.js';
import type { Expected, WriteOutcome } from './stream-writer.js';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
  readonly caller: Caller;
  readonly via: AppendCall['via'];
}

export type AppendOutcome =
  | Exclude<WriteOutcome, { kind: 'dropped' }>
  | { readonly kind: 'too-large' }
  | { readonly kind: 'denied' }
  /** Not committed in time: it may be committed later, or was dropped as a repeat of one that may. */
  | { readonly kind: 'commit-timeout' };

/** Before it is known whether it was committed. */
type Undecided = AppendOutcome | { readonly kind: 'dropped' };

/** How the two append calls word what comes of an append. */
export interface AppendReply {
  answer(outcome: AppendOutcome): void;
  busy(): void;
  /** Ends the call: for a batch stream, with all that is under way on it. */
  fail(error: ServiceError): void;
  cut(): void;
}

export function performAppend(double: Double, request: AppendRequest, reply: AppendReply): void {
  const { append, blackHole } = double.faults;
  if (blackHole === true) return;
  const fault = append?.({
    stream: request.stream,
    ids: request.events.map((event) => event.id),
    via: request.via,
  });
  const write = () => outcomeOf(double, request);
  const current = () => double.log.written.lastRevisionOf(request.stream);
  const answer = (outcome: Undecided) => answerOnceCommitted(double, outcome, reply);
  if (fault === undefined) answer(write());
  else appendUnder(fault, { write, current, answer }, reply, double);
}

interface Operation {
  readonly write: () => Undecided;
  readonly current: () => number;
  readonly answer: (outcome: Undecided) => void;
}

/** A write is answered when it is committed, and told a timeout where that takes too long. */
function answerOnceCommitted(double: Double, outcome: Undecided, reply: AppendReply): void {
  const timeout = () => reply.answer({ kind: 'commit-timeout' });
  if (outcome.kind === 'dropped') {
    double.later(double.commitTimeoutMs, timeout);
    return;
  }
  const { position } = outcome.kind === 'written' ? outcome : { position: null };
  if (position === null || double.log.isCommitted(position)) return reply.answer(outcome);
  let isAnswered = false;
  const callOff = double.later(double.commitTimeoutMs, () => {
    isAnswered = true;
    timeout();
  });
  double.log.onCommitted(position, () => {
    callOff();
    if (!isAnswered) reply.answer(outcome);
  });
}

function appendUnder(
  fault: AppendFault,
  { write, current, answer }: Operation,
  reply: AppendReply,
  double: Double,
): void {
  switch (fault.kind) {
    case 'swallow':
      return;
    case 'swallow-answer':
      write();
      return;
    case 'lose-answer':
      write();
      return reply.fail(answerLost());
    case 'busy':
      return reply.busy();
    case 'double-answer': {
      const outcome = write();
      answer(outcome);
      return answer(outcome);
    }
    case 'late-answer': {
      const outcome = write();
      double.later(fault.afterMs, () => answer(outcome));
      return;
    }
    case 'late-write':
      double.later(fault.afterMs, () => answer(write()));
      return;
    case 'late-commit': {
      const release = double.log.holdCommits();
      double.later(fault.afterMs, release);
      return answer(write());
    }
    case 'cut':
      if (fault.when === 'after-commit') write();
      return reply.cut();
    case 'not-leader':
      return reply.fail(notLeader(fault.leader));
    case 'wrong-version':
      return reply.answer({ kind: 'wrong-version', current: current() });
    case 'error':
      return reply.fail(errorOf(fault.as));
  }
}

function outcomeOf(double: Double, request: AppendRequest): Undecided {
  const { stream, expected, events, caller } = request;
  try {
    double.access.check(caller, 'write', stream);
  } catch {
    return { kind: 'denied' };
  }
  const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
  if (size > double.appendBytesMax) return { kind: 'too-large' };
  return double.writer.write(stream, expected, events);
}
