import type { ServerState } from './server-state.js';
import { errorOf } from './fault-errors.js';
import type { ReadFault } from './faults.js';
import { answerOf } from './links.js';
import { streamNotFoundMessage } from './messages.js';
import { recordsOf } from './read-page.js';
import { readRequestOf, type ReadRequest } from './read-request.js';
import { ReadEnded, Reader, type ReadCall } from './reader.js';
import { handlerFailed, notLeader, notReady, streamDeleted, tooBusy } from './rpc-errors.js';
import { asServiceError } from './service-error.js';
import { Subscription } from './subscription.js';
import { SubscriptionSince24 } from './subscription-since-24.js';
import { ALL_STREAM } from './system-names.js';
import { isFound, isGone } from './visibility.js';

/** Reads and subscriptions of all kinds are one call of the protocol. */
export async function handleRead(state: ServerState, call: ReadCall): Promise<void> {
  try {
    const request = readRequestOf(call.request);
    state.access.check(state.callerOf(call), 'read', request.stream ?? ALL_STREAM);
    if (request.stream === '') throw handlerFailed();
    if (state.isStopping) throw notReady();
    const fault = faultOf(state, request);
    if (fault?.kind === 'swallow') return;
    if (fault !== undefined) refuseUnder(fault);
    await answer(state, request, new Reader(state, call, fault));
    call.end();
  } catch (error) {
    if (!(error instanceof ReadEnded)) call.emit('error', asServiceError(error));
  }
}

async function answer(state: ServerState, request: ReadRequest, reader: Reader): Promise<void> {
  const { log } = state;
  const { stream } = request;
  if (request.count === null) return subscriptionFor(state, request, reader).run();
  if (stream !== null && isGone(log, stream)) throw streamDeleted(stream);
  if (stream !== null && !isFound(log, stream)) return reader.send(streamNotFoundMessage(stream));
  for (const record of recordsOf(state, request)) {
    await reader.sendEvent(answerOf(log, record, request, state.nowMs()));
  }
}

function subscriptionFor(state: ServerState, request: ReadRequest, reader: Reader): Subscription {
  const { filter } = request;
  // As in the constructor of the real server's subscription, which throws.
  if (filter !== null && filter.checkpointEvery === 0) throw handlerFailed();
  const Kind = state.version === '23.10' ? Subscription : SubscriptionSince24;
  return new Kind(state, request, reader);
}

function faultOf(state: ServerState, request: ReadRequest): ReadFault | undefined {
  if (state.faults.blackHole === true) return { kind: 'swallow' };
  return state.faults.read?.({ stream: request.stream, isSubscription: request.count === null });
}

function refuseUnder(fault: ReadFault): void {
  if (fault.kind === 'error') throw errorOf(fault.as);
  if (fault.kind === 'busy') throw tooBusy();
  if (fault.kind === 'not-leader') throw notLeader(fault.leader);
}
