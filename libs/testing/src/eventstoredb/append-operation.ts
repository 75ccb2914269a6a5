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
  WriteOutcome | { readonly kind: 'too-large' } | { readonly kind: 'denied' };

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
  const current = () => double.log.lastRevisionOf(request.stream);
  if (fault === undefined) reply.answer(write());
  else appendUnder(fault, { write, current }, reply, double);
}

function appendUnder(
  fault: AppendFault,
  { write, current }: { write: () => AppendOutcome; current: () => number },
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
      reply.answer(outcome);
      return reply.answer(outcome);
    }
    case 'late-answer': {
      const outcome = write();
      return double.later(fault.afterMs, () => reply.answer(outcome));
    }
    case 'late-write':
      return double.later(fault.afterMs, () => reply.answer(write()));
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

function outcomeOf(double: Double, request: AppendRequest): AppendOutcome {
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
