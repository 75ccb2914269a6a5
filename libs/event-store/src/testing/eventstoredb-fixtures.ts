import { afterEach, beforeEach, expect } from '@jest/globals';
import type { ManualClock } from '#async/testing';
import { EventStoreDbProtocolServer, type EventStoreDbAppendFault } from '#testing';
import type { ProtocolServerOptions } from '#testing';
import { StreamWriter } from './stream-writer.js';
import { EventStoreDbEventStore } from '../eventstoredb/eventstoredb-event-store.js';
import type { EventStoreDbObserver, EventStoreDbOptions } from '../eventstoredb/options.js';

/** The reports of the adapter. */
export interface ObservedReports {
  unknown: unknown[];
  replaced: unknown[];
  interrupted: number[];
}

const noReports = (): ObservedReports => ({ unknown: [], replaced: [], interrupted: [] });

/** A new server, a store on it, and the reports of the adapter, for every test. */
export function withStore(
  options: EventStoreDbOptions = {},
  serverOptions: ProtocolServerOptions = {},
) {
  const on = {
    server: new EventStoreDbProtocolServer(serverOptions),
    store: new EventStoreDbEventStore('esdb://127.0.0.1:1?tls=false'),
    reports: noReports(),
    /** One fault for each of the next appends. */
    injectFaults(...faults: (EventStoreDbAppendFault | undefined)[]) {
      on.server.faults.append = () => faults.shift();
    },
    storedIn: (stream: string) => on.server.log.streamOf(stream).map(({ id }) => id),
  };
  beforeEach(async () => {
    on.server = await EventStoreDbProtocolServer.start(serverOptions);
    on.reports = noReports();
    const url = on.server.connectionString;
    on.store = new EventStoreDbEventStore(url, options, observerInto(on.reports));
  });
  afterEach(async () => {
    // In this order, because a store waits for its calls, and some are never answered.
    await on.server.stop();
    await on.store.close();
  });
  return on;
}

export const observerInto = (reports: ObservedReports): EventStoreDbObserver => ({
  appendUnknown: (_stream, cause) => void reports.unknown.push(cause),
  clientReplaced: (cause) => void reports.replaced.push(cause),
  followInterrupted: (_cause, waitMs) => void reports.interrupted.push(waitMs),
});

/** Retries an append while its result is unknown, as the command processor does. */
export async function appendUntilOk(
  store: EventStoreDbEventStore,
  writer: StreamWriter,
  triesMax = 200,
) {
  const events = writer.next();
  for (let tries = 0; tries < triesMax; tries += 1) {
    const result = await store.append(writer.stream, writer.revision, events);
    if (result.kind === 'ok') {
      writer.advance(events);
      return events;
    }
    expect(result.kind).toBe('unknown');
  }
  throw new Error(`not ok within ${triesMax} tries`);
}

/**
 * The deadline of a store whose clock is moved by a test. In real time, by which gRPC has a deadline
 * of its own, a test would be over its limit first.
 */
export const MANUAL_DEADLINE_MS = 60_000;

/** Moves the clock to the deadline of what has just begun to wait, which must not be over before. */
export async function reachDeadline(clock: ManualClock, work: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = () => (isOver = true);
  void work.then(over, over);
  await clock.advance(MANUAL_DEADLINE_MS - 1);
  expect(isOver).toBe(false);
  await clock.advance(1);
}

export { eventuallyHolds as eventually } from '#testing';

export { StreamWriter };
