import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EventStoreDbEventStore, NO_STREAM, type EncodedEvent } from '#event-store';
import { CHAIN_START, chainHash } from '#identity';

const STREAMS = 128;
const WARM_UP_MS = 1_000;
const MEASURED_MS = 5_000;
const DATA = JSON.stringify({ points: 12, note: 'x'.repeat(270) });

/** Measures appends of one event each by one client, with many streams in flight and the hash chain. */
export async function esdbBench(): Promise<Record<string, number>> {
  const server = new Worker(new URL('./esdb-server.js', import.meta.url));
  const url = await new Promise<string>((resolve) => server.once('message', resolve));
  const store = new EventStoreDbEventStore(url);
  const run = { until: Date.now() + WARM_UP_MS, appends: 0 };
  await Promise.all(Array.from({ length: STREAMS }, () => writeStream(store, run)));
  const before = performance.now();
  run.appends = 0;
  run.until = Date.now() + MEASURED_MS;
  await Promise.all(Array.from({ length: STREAMS }, () => writeStream(store, run)));
  const seconds = (performance.now() - before) / 1000;
  await store.close();
  server.postMessage('stop');
  await once(server, 'exit');
  return { esdb_append_per_s: Math.round(run.appends / seconds) };
}

async function writeStream(
  store: EventStoreDbEventStore,
  run: { readonly until: number; appends: number },
): Promise<void> {
  const stream = `bench-${randomUUID()}`;
  let hash = CHAIN_START;
  for (let revision = NO_STREAM; Date.now() < run.until; revision += 1) {
    const event = nextEvent(stream, revision + 1, hash);
    const result = await store.append(stream, revision, [event]);
    if (result.kind !== 'ok') throw new Error(`an append was answered ${result.kind}`);
    hash = event.hash;
    run.appends += 1;
  }
}

function nextEvent(stream: string, revision: number, before: Uint8Array): EncodedEvent {
  const event = { id: randomUUID(), type: 'PointsConsumed', data: DATA, meta: '{"v":1}' };
  return { ...event, hash: chainHash(before, { ...event, stream, revision }) };
}
