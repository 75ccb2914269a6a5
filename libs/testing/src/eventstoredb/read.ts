import type { Double } from './double.js';
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
import { SubscriptionSince24 } from './subscription-24.js';
import { ALL_STREAM } from './system-names.js';
import { isFound, isGone } from './visible.js';

/** Every way of reading is one call of the protocol. */
export async function handleRead(double: Double, call: ReadCall): Promise<void> {
  try {
    const request = readRequestOf(call.request);
    double.access.check(double.callerOf(call), 'read', request.stream ?? ALL_STREAM);
    if (request.stream === '') throw handlerFailed();
    if (double.isStopping) throw notReady();
    const fault = faultOf(double, request);
    if (fault?.kind === 'swallow') return;
    if (fault !== undefined) refuseUnder(fault);
    await answer(double, request, new Reader(double, call, fault));
    call.end();
  } catch (error) {
    if (!(error instanceof ReadEnded)) call.emit('error', asServiceError(error));
  }
}

async function answer(double: Double, request: ReadRequest, reader: Reader): Promise<void> {
  const { log } = double;
  const { stream } = request;
  if (request.count === null) return subscriptionFor(double, request, reader).run();
  if (stream !== null && isGone(log, stream)) throw streamDeleted(stream);
  if (stream !== null && !isFound(log, stream)) return reader.send(streamNotFoundMessage(stream));
  for (const record of recordsOf(double, request)) {
    await reader.sendEvent(answerOf(log, record, request, double.nowMs()));
  }
}

function subscriptionFor(double: Double, request: ReadRequest, reader: Reader): Subscription {
  const { filter } = request;
  // As in the constructor of the real server's subscription, which throws.
  if (filter !== null && filter.checkpointEvery === 0) throw handlerFailed();
  const Kind = double.version === '23.10' ? Subscription : SubscriptionSince24;
  return new Kind(double, request, reader);
}

function faultOf(double: Double, request: ReadRequest): ReadFault | undefined {
  if (double.faults.blackHole === true) return { kind: 'swallow' };
  return double.faults.read?.({ stream: request.stream, isSubscription: request.count === null });
}

function refuseUnder(fault: ReadFault): void {
  if (fault.kind === 'error') throw errorOf(fault.as);
  if (fault.kind === 'busy') throw tooBusy();
  if (fault.kind === 'not-leader') throw notLeader(fault.leader);
}
