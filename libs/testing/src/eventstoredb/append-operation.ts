import type { ServiceError } from '@grpc/grpc-js';
import type { Settled } from './commit-waits.js';
import type { ServerState } from './server-state.js';
import type { ProposedEvent } from './log-record.js';
import { errorOf } from './fault-errors.js';
import type { AppendFault, AppendCall } from './faults.js';
import { answerLost, notLeader, notReady, tooBusy } from './rpc-errors.js';
import type { Expected, WriteOutcome } from './stream-writer.js';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
  readonly via: AppendCall['via'];
}

/** How the two append calls word what comes of an append. */
export interface AppendReply {
  answer(settled: Settled): void;
  /** Present where it can be answered without ending the call. */
  busy?(): void;
  notReady?(): void;
  /** Ends the call: for a batch stream, with all appends in progress on it. */
  fail(error: ServiceError): void;
  cut(): void;
}

export function performAppend(
  state: ServerState,
  request: AppendRequest,
  reply: AppendReply,
): void {
  const { append, blackHole } = state.faults;
  if (blackHole === true) return;
  if (state.isStopping) {
    if (reply.notReady === undefined) return reply.fail(notReady());
    return reply.notReady();
  }
  const { stream, expected, events, via } = request;
  const fault = append?.({ stream, ids: events.map((event) => event.id), via });
  const operation: Operation = {
    write: () => state.writer.write(stream, expected, events),
    current: () => state.log.written.lastRevisionOf(stream),
    answer: (outcome) => state.commits.settle(outcome, (settled) => reply.answer(settled)),
  };
  if (fault === undefined) operation.answer(operation.write());
  else appendUnder(fault, operation, reply, state);
}

interface Operation {
  readonly write: () => WriteOutcome;
  readonly current: () => number;
  /** Once it is known whether it is committed. */
  readonly answer: (outcome: WriteOutcome) => void;
}

function appendUnder(
  fault: AppendFault,
  { write, current, answer }: Operation,
  reply: AppendReply,
  state: ServerState,
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
      return reply.busy === undefined ? reply.fail(tooBusy()) : reply.busy();
    case 'double-answer': {
      const outcome = write();
      answer(outcome);
      return answer(outcome);
    }
    case 'late-answer': {
      const outcome = write();
      state.schedule(fault.afterMs, () => answer(outcome));
      return;
    }
    case 'late-write':
      state.schedule(fault.afterMs, () => answer(write()));
      return;
    case 'late-commit': {
      const release = state.log.holdCommits();
      state.schedule(fault.afterMs, release);
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
