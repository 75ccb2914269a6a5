import fc from 'fast-check';
import '../connection.js';
import { requireKafkajsInternal } from './kafkajs-internals.js';
import {
  encodeBatch,
  CONTROL,
  encodeFetchResponse,
  encodeMarker,
  TRANSACTIONAL,
} from '../testing/batch-bytes.js';
import { kafkajsFetch, rotatePartitions, type FetchRequest } from './fetch-patch.js';
import type { FetchResponse } from '../record-batches/fetch-response.js';
import { decompressBatch } from '../record-batches/decompress-batch.js';
import type { RecordBatch } from '../record-batches/record-batch.js';
import type { KafkaRecord } from '../record-batches/record-reader.js';

// Against kafkajs's own decoder: both read good batches alike, and what it can't read is what the
// patch is for. When one of the tests of "without the patch" fails, kafkajs has mended that.

const VERSION = 11;

interface KafkajsMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface KafkajsResponse {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly abortedTransactions: readonly unknown[];
      readonly messages: readonly KafkajsMessage[];
    }[];
  }[];
}

const theirs = requireKafkajsInternal(`protocol/requests/fetch/v${VERSION}/response`) as {
  decode(bytes: Buffer): Promise<KafkajsResponse>;
};
const filterAborted = requireKafkajsInternal('consumer/filterAbortedMessages') as (of: {
  messages: readonly KafkajsMessage[];
  abortedTransactions: readonly unknown[];
}) => readonly KafkajsMessage[];

const request: FetchRequest = {
  topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: '7' }] }],
};

const inForce = (bytes: Buffer): Promise<FetchResponse> =>
  kafkajsFetch().protocol({ version: VERSION })(request).response.decode(bytes);

async function decodedByThem(batches: Buffer): Promise<readonly KafkajsMessage[]> {
  const { responses } = await theirs.decode(encodeFetchResponse('t', [{ batches }]));
  return responses[0]?.partitions[0]?.messages ?? [];
}

const batchesOf = (response: FetchResponse): readonly RecordBatch[] =>
  (response.responses[0]?.partitions[0]?.messages ?? []) as readonly RecordBatch[];

const LIMITS = {
  batchBytesMax: 1 << 20,
  batchRecordsMax: 1_000_000,
  headersMax: 64,
  headerBytesMax: 16_384,
};

async function decodedByUs(batches: Buffer, limits = LIMITS): Promise<readonly KafkaRecord[]> {
  const records: KafkaRecord[] = [];
  for (const batch of batchesOf(await inForce(encodeFetchResponse('t', [{ batches }])))) {
    const opened = await decompressBatch(batch, limits);
    if (opened.kind !== 'opened') throw new Error(opened.detail);
    for (let one = opened.records.next(0n); one; one = opened.records.next(0n)) records.push(one);
  }
  return records;
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((of) => Buffer.from(of));
// kafkajs takes a header named like what every object has for one that came twice.
const header = fc.tuple(
  fc.string({ maxLength: 20 }).filter((name) => !(name in {})),
  bytes,
);
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 8 }),
  timestampDelta: fc.integer({ min: -1_000_000, max: 10_000_000 }),
});
const batch = fc.record({
  firstOffset: fc.nat(),
  codec: fc.constantFrom(0, 1),
  firstTimestamp: fc.bigInt({ min: 0n, max: 4_000_000_000_000n }),
  maxTimestamp: fc.bigInt({ min: 0n, max: 4_000_000_000_000n }),
  flags: fc.constantFrom(0, 0x08),
  records: fc.array(record, { minLength: 1, maxLength: 40 }),
});

describe('the reader of fetch responses', () => {
  it('reads good batches as kafkajs does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 3 }), async (batches) => {
        const packed = Buffer.concat(batches.map(encodeBatch));
        const ours = (await decodedByUs(packed)).map((one) => ({
          offset: String(one.offset),
          timestamp: String(one.timestampMs),
          key: one.key,
          value: one.value,
          headers: one.headers,
        }));
        const own = (await decodedByThem(packed)).map((one) => ({
          offset: one.offset,
          timestamp: one.timestamp,
          key: one.key,
          value: one.value,
          headers: one.headers,
        }));
        expect(ours).toEqual(own);
      }),
      { numRuns: 50 },
    );
  });

  it('is in force once the client is loaded: a response has batches, not yet unpacked', async () => {
    const batches = encodeBatch({ firstOffset: 7, records: [{}, {}, {}] });
    const [found] = batchesOf(await inForce(encodeFetchResponse('t', [{ batches }])));
    expect(found).toMatchObject({ offset: '9', firstOffset: 7n, recordCount: 3 });
  });

  it('tells of a partition whose batches have no length to go by, and reads the others', async () => {
    const broken = Buffer.alloc(100);
    const { responses } = await inForce(
      encodeFetchResponse('t', [{ batches: broken }, { batches: encodeBatch({ records: [{}] }) }]),
    );
    const [first, second] = responses[0]?.partitions ?? [];
    expect(first?.messages).toEqual([{ offset: '7', unreadable: 'a batch has a length of 0' }]);
    expect(second?.messages).toHaveLength(1);
  });

  it('leaves a batch that is cut off at the end to the next fetch', async () => {
    const whole = encodeBatch({ records: [{}] });
    const cut = encodeBatch({ firstOffset: 1, records: [{ value: Buffer.alloc(100) }] });
    for (const length of [1, 20, 60, cut.length - 1]) {
      const batches = Buffer.concat([whole, cut.subarray(0, length)]);
      expect(batchesOf(await inForce(encodeFetchResponse('t', [{ batches }])))).toHaveLength(1);
    }
  });

  it('begins with another partition each time', () => {
    const topics = [
      { topic: 't', partitions: [0, 1, 2].map((partition) => ({ partition, fetchOffset: '0' })) },
    ];
    const order = (turns: number) =>
      rotatePartitions(topics, turns)[0]?.partitions.map((one) => one.partition);
    expect([0, 1, 2, 3].map(order)).toEqual([
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
      [0, 1, 2],
    ]);
    expect(rotatePartitions([{ topic: 't', partitions: [] }], 5)).toEqual([
      { topic: 't', partitions: [] },
    ]);
  });
});

describe('aborted transactions', () => {
  const value = (of: string) => [{ key: Buffer.from('k'), value: Buffer.from(of) }];
  /** Two transactions side by side: the one that began later is aborted first, and listed first. */
  const sideBySide = Buffer.concat([
    encodeBatch({ firstOffset: 0, producerId: 1n, flags: TRANSACTIONAL, records: value('one') }),
    encodeBatch({ firstOffset: 1, producerId: 2n, flags: TRANSACTIONAL, records: value('two') }),
    encodeMarker(2, 2n, 'abort'),
    encodeBatch({ firstOffset: 3, records: value('good') }),
    encodeMarker(4, 1n, 'abort'),
    encodeBatch({ firstOffset: 5, producerId: 1n, flags: TRANSACTIONAL, records: value('later') }),
    encodeMarker(6, 1n, 'commit'),
  ]);
  const aborted = [
    { producerId: 2n, firstOffset: 1 },
    { producerId: 1n, firstOffset: 0 },
  ];
  /** The key of its first message looks like the marker that ends a transaction. */
  const forged = Buffer.concat([
    encodeBatch({
      firstOffset: 0,
      producerId: 1n,
      flags: TRANSACTIONAL,
      records: [{ key: Buffer.alloc(4) }, ...value('forged')],
    }),
    encodeMarker(2, 1n, 'abort'),
  ]);
  const forgedAborted = [{ producerId: 1n, firstOffset: 0 }];

  const readable = async (batches: Buffer, of: typeof aborted) =>
    batchesOf(await inForce(encodeFetchResponse('t', [{ batches, aborted: of }])))
      .filter(({ isAborted, isControl }) => !isAborted && !isControl)
      .map(({ firstOffset }) => Number(firstOffset));

  it('are left out, also where they ran side by side', async () => {
    expect(await readable(sideBySide, aborted)).toEqual([3, 5]);
  });

  it('are not ended by a message whose key looks like a marker', async () => {
    expect(await readable(forged, forgedAborted)).toEqual([]);
  });

  it.each([
    ['side by side', sideBySide, aborted, 'one'],
    ['with a forged marker', forged, forgedAborted, 'forged'],
  ])('come through without the patch: %s', async (_, batches, of, taken) => {
    const { responses } = await theirs.decode(encodeFetchResponse('t', [{ batches, aborted: of }]));
    const { messages = [], abortedTransactions = [] } = responses[0]?.partitions[0] ?? {};
    const values = filterAborted({ messages, abortedTransactions }).map((one) => String(one.value));
    expect(values).toContain(taken);
  });
});

describe('without the patch', () => {
  it.each([
    [2, 'Snappy'],
    [3, 'LZ4'],
    [4, 'ZSTD'],
  ])('a batch with codec %d is not read at all', async (codec, name) => {
    const batches = encodeBatch({ codec, compressed: Buffer.from('x'), recordCount: 1 });
    await expect(decodedByThem(batches)).rejects.toThrow(`${name} compression not implemented`);
  });

  // kafkajs takes seconds for so many.
  it('a batch of more records than a call may have arguments ends in a RangeError', async () => {
    const records = Array.from({ length: 150_000 }, () => ({}));
    const batches = encodeBatch({ codec: 1, records });
    await expect(decodedByThem(batches)).rejects.toThrow(RangeError);
    expect(await decodedByUs(batches, { ...LIMITS, batchBytesMax: 1 << 24 })).toHaveLength(150_000);
  }, 30_000);

  it('headers are read in quadratic time, and with it in linear time', async () => {
    const headers = Array.from({ length: 1_500 }, (_, at) => [`h${at}`, Buffer.from('v')] as const);
    const batches = encodeBatch({ records: [{ headers }] });
    // Time of the processor, and the best of several runs: others use this machine, too.
    const msOf = async (work: () => Promise<unknown>): Promise<number> => {
      const began = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1_000;
    };
    const limits = { ...LIMITS, headersMax: 10_000, headerBytesMax: 1 << 20 };
    expect((await decodedByUs(batches, limits))[0]?.headers).toHaveProperty('h1499');
    const ours: number[] = [];
    for (let run = 0; run < 10; run++) ours.push(await msOf(() => decodedByUs(batches, limits)));
    const own = await msOf(() => decodedByThem(batches));
    expect(own).toBeGreaterThan(10 * Math.min(...ours));
  });

  it('a batch that compaction emptied would be fetched for ever', async () => {
    const batches = encodeBatch({ firstOffset: 7, recordCount: 0, lastOffsetDelta: 4 });
    expect(await decodedByThem(batches)).toEqual([]);
    expect(batchesOf(await inForce(encodeFetchResponse('t', [{ batches }])))).toMatchObject([
      { offset: '11' },
    ]);
  });

  it('a marker of a transaction is a message; with it, it is known as one', async () => {
    const [found] = batchesOf(
      await inForce(encodeFetchResponse('t', [{ batches: encodeMarker(3, 1n, 'commit') }])),
    );
    expect(found).toMatchObject({ isControl: true, offset: '3' });
    expect(CONTROL).toBe(0x20);
  });
});
