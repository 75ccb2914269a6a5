import { expect } from '@jest/globals';
import type { AppendResult, EventStore } from '../port.js';
import { collect, idsOf, readVerified, type StreamWriter } from './stream-writer.js';

const SENDS_MAX = 200;

/** Sends the same events again until the result is known. */
export async function appendUntilKnown(
  store: EventStore,
  writer: StreamWriter,
  events: ReturnType<StreamWriter['next']>,
): Promise<{ readonly result: AppendResult; readonly unknowns: number }> {
  for (let unknowns = 0; unknowns < SENDS_MAX; unknowns += 1) {
    const result = await store.append(writer.stream, writer.revision, events);
    if (result.kind !== 'unknown') return { result, unknowns };
  }
  throw new Error(`still unknown after ${SENDS_MAX} sends`);
}

/** Appends one by one, and retries until each append is acknowledged. */
export async function appendMany(
  store: EventStore,
  writer: StreamWriter,
  appends: number,
): Promise<{ readonly acknowledged: string[]; readonly unknowns: number }> {
  const acknowledged: string[] = [];
  let unknowns = 0;
  for (let i = 0; i < appends; i += 1) {
    const events = writer.next((i % 3) + 1);
    const sent = await appendUntilKnown(store, writer, events);
    if (sent.result.kind !== 'ok') throw new Error(`append ${i}: ${JSON.stringify(sent.result)}`);
    writer.advance(events);
    unknowns += sent.unknowns;
    acknowledged.push(...idsOf(events));
  }
  return { acknowledged, unknowns };
}

/** Checks that exactly the acknowledged events are stored, without a gap, and that the chain verifies. */
export async function expectStored(
  store: EventStore,
  writer: StreamWriter,
  acknowledged: readonly string[],
): Promise<void> {
  expect(idsOf(await readVerified(store, writer.stream))).toEqual(acknowledged);
}

/** Checks that the positions run from first to last, each once. */
export async function expectDensePositions(store: EventStore): Promise<number> {
  let next = 1;
  let page = await store.readAll(null, 500);
  while (page.events.length > 0) {
    for (const { position } of page.events) expect(Number(position.split(':')[1])).toBe(next++);
    page = await store.readAll(page.next, 500);
  }
  return next - 1;
}

export const countOf = async (store: EventStore, stream: string) =>
  (await collect(store.readStream(stream))).length;
