import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { EachBatchPayload } from 'kafkajs';
import { BatchReader } from './batch-reader.js';
import { CONSUME_LIMITS, SILENT_CONSUMER_OBSERVER } from './consume-options.js';
import { encodeBatch, type TestBatch } from '../testing/batch-bytes.js';
import { readBatches } from '../record-batches/record-batch.js';
import { OffsetJumpDetector } from './offset-jump-detector.js';
import type { HandleResult, IncomingMessage } from '../ports.js';

const BATCHES = 100;

function payloadAt(offset: number, batch: TestBatch = {}): EachBatchPayload {
  const bytes = encodeBatch({
    firstOffset: offset,
    records: [{ value: Buffer.from('x') }],
    ...batch,
  });
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
    pause: () => () => undefined,
  } as unknown as EachBatchPayload;
}

describe('the batch reader', () => {
  it('keeps no listener of a sub-batch that is handled, and still stops waiting for one that is not', async () => {
    const signals = new Set<AbortSignal>();
    let handled: Promise<HandleResult> = Promise.resolve({ kind: 'all' });
    const reader = new BatchReader({
      handler: {
        handle: async (_, signal) => {
          signals.add(signal);
          return handled;
        },
        sendToDeadLetters: async () => undefined,
        partitionsRevoked: () => undefined,
      },
      limits: CONSUME_LIMITS,
      observer: SILENT_CONSUMER_OBSERVER,
      offsetJumps: new OffsetJumpDetector(),
      random: () => 0,
      onFatal: () => undefined,
    });
    for (let offset = 0; offset < BATCHES; offset++) await reader.read(payloadAt(offset));
    const [signal] = signals;
    expect(signal && getEventListeners(signal, 'abort')).toEqual([]);
    handled = new Promise(() => undefined);
    const stuck = reader.read({ ...payloadAt(BATCHES), pause: () => () => undefined });
    reader.abort();
    await stuck;
  });

  it.each<[string, number, TestBatch]>([
    ['three times when its checksum is wrong', 3, { crc: 1 }],
    ['once when its codec is unknown', 1, { codec: 7 }],
    [
      'once when it decompresses to more than it may',
      1,
      { codec: 1, compressed: gzipSync(Buffer.alloc(2_000)) },
    ],
    ['once when it has more records than it may', 1, { recordCount: 1_000 }],
  ])('fetches a batch %s, and then delivers it undecoded', async (_, fetches, batch) => {
    const delivered: IncomingMessage[] = [];
    const reader = new BatchReader({
      handler: {
        handle: async (messages) => {
          delivered.push(...messages);
          return { kind: 'all' };
        },
        sendToDeadLetters: async () => undefined,
        partitionsRevoked: () => undefined,
      },
      limits: { ...CONSUME_LIMITS, batchBytesMax: 1_000, batchRecordsMax: 100 },
      observer: SILENT_CONSUMER_OBSERVER,
      offsetJumps: new OffsetJumpDetector(),
      random: () => 0,
      onFatal: () => undefined,
    });
    let fetched = 0;
    for (; delivered.length === 0; fetched++) await reader.read(payloadAt(0, batch));
    expect(fetched).toBe(fetches);
    expect(delivered).toMatchObject([{ offset: '0', fault: { kind: 'undecodable' } }]);
  });
});
