import { getEventListeners } from 'node:events';
import type { EachBatchPayload } from 'kafkajs';
import { BatchReader } from './batch-reader.js';
import { CONSUME_LIMITS, SILENT_CONSUMER } from './consume-options.js';
import { batchBytes } from './fetch/batch-bytes.suite.js';
import { readBatches } from './fetch/record-batch.js';
import { OffsetWatch } from './offset-watch.js';
import type { Handled } from './ports.js';

const BATCHES = 100;

function payloadAt(offset: number): EachBatchPayload {
  const bytes = batchBytes({ firstOffset: offset, records: [{ value: Buffer.from('x') }] });
  return {
    batch: {
      topic: 't',
      partition: 0,
      fetchedOffset: String(offset),
      messages: readBatches(bytes),
      lastOffset: () => String(offset),
    },
    isRunning: () => true,
    heartbeat: async () => undefined,
    resolveOffset: () => undefined,
    commitOffsetsIfNecessary: async () => undefined,
  } as unknown as EachBatchPayload;
}

describe('the reader of batches', () => {
  it('keeps nothing of a batch that is through, and still gives up what is under way', async () => {
    const signals = new Set<AbortSignal>();
    let handled: Promise<Handled> = Promise.resolve({ kind: 'all' });
    const reader = new BatchReader({
      receiver: {
        handle: async (_, signal) => {
          signals.add(signal);
          return handled;
        },
        giveUp: async () => undefined,
        ownershipLost: () => undefined,
      },
      limits: CONSUME_LIMITS,
      observer: SILENT_CONSUMER,
      watch: new OffsetWatch(),
      random: () => 0,
      onFatal: () => undefined,
    });
    for (let offset = 0; offset < BATCHES; offset++) await reader.read(payloadAt(offset));
    const [signal] = signals;
    expect(signal && getEventListeners(signal, 'abort')).toEqual([]);
    handled = new Promise(() => undefined);
    const stuck = reader.read({ ...payloadAt(BATCHES), pause: () => () => undefined });
    reader.abandon();
    await stuck;
  });
});
