import { gzipSync } from 'node:zlib';
import { Semaphore } from '#async';
import fc from 'fast-check';
import type { IncomingMessage } from '../ports.js';
import { ByteWriter } from './byte-writer.js';
import {
  encodeBatch,
  LOG_APPEND_TIME,
  encodeMarker,
  encodeRecord,
  encodeRecords,
  prefixLength,
  type TestBatch,
} from '../testing/batch-bytes.js';
import { FetchedMessages } from './fetched-messages.js';
import { requireKafkajsInternal } from '../kafkajs-internals.js';
import { readBatches } from './record-batch.js';

const crcOf = requireKafkajsInternal('protocol/recordBatch/crc32C') as (
  bytes: Uint8Array,
) => number;
const LIMITS = {
  batchBytesMax: 1_000_000,
  batchRecordsMax: 1_000_000,
  headersMax: 64,
  headerBytesMax: 16_384,
};

function fetched(
  batches: readonly Buffer[],
  { from = 0n, limits = LIMITS, budget = new Semaphore(2_000_000) } = {},
): FetchedMessages {
  const place = { topic: 't', partition: 3, fetchedOffset: from };
  return new FetchedMessages(place, readBatches(Buffer.concat(batches)), limits, budget);
}

async function all(messages: FetchedMessages, atOnce = 10): Promise<IncomingMessage[]> {
  const read: IncomingMessage[] = [];
  for (;;) {
    const some = await messages.peek(atOnce);
    if (some.length === 0) return read;
    read.push(...some);
    messages.take(some.length);
  }
}

const one = async (batch: TestBatch): Promise<IncomingMessage | undefined> =>
  (await all(fetched([encodeBatch(batch)])))[0];

const numbered = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ value: Buffer.from(String(at)) }));

describe('the messages of a fetch', () => {
  it('have offset, key, value, headers and timestamp', async () => {
    const message = await one({
      firstOffset: 7,
      firstTimestamp: 1_700_000_000_000n,
      records: [
        { key: Buffer.from('user'), headers: [['one', Buffer.from('1')]], timestampDelta: 5 },
      ],
    });
    expect(message).toEqual({
      topic: 't',
      partition: 3,
      offset: '7',
      key: Buffer.from('user'),
      value: null,
      headers: { one: Buffer.from('1') },
      timestampMs: 1_700_000_000_005,
    });
  });

  it('have the timestamp of the broker where the topic has LogAppendTime', async () => {
    const message = await one({ flags: LOG_APPEND_TIME, maxTimestamp: 9n, records: [{}] });
    expect(message?.timestampMs).toBe(9);
  });

  it.each([-(2n ** 63n), 2n ** 63n - 1n, -1n])(
    'have the timestamp of the record, even if no calendar has it: %s',
    async (firstTimestamp) => {
      const message = await one({ firstTimestamp, records: [{}] });
      expect(message?.timestampMs).toBe(Number(firstTimestamp));
    },
  );

  it('keep headers without a value, repeated ones, and those named like properties of every object', async () => {
    const headers = [
      ['none', null],
      ['two', Buffer.from('a')],
      ['two', Buffer.from('b')],
      ['two', null],
      ['__proto__', Buffer.from('c')],
      ['constructor', Buffer.from('d')],
    ] as const;
    const message = await one({ records: [{ headers }] });
    expect(Object.entries(message?.headers ?? {})).toEqual([
      ['none', Buffer.alloc(0)],
      ['two', [Buffer.from('a'), Buffer.from('b'), Buffer.alloc(0)]],
      ['__proto__', Buffer.from('c')],
      ['constructor', Buffer.from('d')],
    ]);
  });

  it('come in order across batches, as many at a time as requested, and without markers', async () => {
    const messages = fetched([
      encodeBatch({ firstOffset: 0, records: numbered(3) }),
      encodeMarker(3, 1n, 'commit'),
      encodeBatch({ firstOffset: 4, codec: 1, records: numbered(4) }),
      encodeMarker(8, 1n, 'commit'),
    ]);
    expect((await messages.peek(5)).map(({ offset }) => offset)).toEqual(['0', '1', '2', '4', '5']);
    messages.take(5);
    expect(messages.isExhausted).toBe(false);
    expect((await messages.peek(5)).map(({ offset }) => offset)).toEqual(['6', '7']);
    messages.take(2);
    expect(messages.isExhausted).toBe(true);
    expect(await messages.peek(5)).toEqual([]);
  });

  it('leave out those before the requested offset', async () => {
    const messages = fetched([encodeBatch({ firstOffset: 5, codec: 1, records: numbered(5) })], {
      from: 8n,
    });
    expect(messages.firstOffset).toBe(8n);
    expect((await all(messages)).map(({ offset }) => offset)).toEqual(['8', '9']);
  });

  it('have offsets with gaps where a topic was compacted', async () => {
    const records = [
      { offsetDelta: 2, value: Buffer.from('a') },
      { offsetDelta: 7, value: Buffer.from('b') },
    ];
    const messages = await all(
      fetched([encodeBatch({ firstOffset: 10, records, lastOffsetDelta: 9 })]),
    );
    expect(messages.map(({ offset }) => offset)).toEqual(['12', '17']);
  });
});

describe('headers', () => {
  const withHeaders = (count: number, bytes: number) =>
    one({
      records: [
        {
          key: Buffer.from('k'),
          value: Buffer.from('v'),
          headers: Array.from(
            { length: count },
            (_, at) => [`h${at}`, Buffer.alloc(bytes)] as const,
          ),
        },
      ],
    });

  it('may be 64 in 16 KiB', async () => {
    expect((await withHeaders(64, 200))?.fault).toBeUndefined();
    expect(Object.keys((await withHeaders(64, 200))?.headers ?? {})).toHaveLength(64);
    // A name of two bytes and a value.
    expect((await withHeaders(1, 16_384 - 2))?.fault).toBeUndefined();
  });

  it.each([
    ['65 headers', 65, 1, 64],
    ['12,000 headers', 12_000, 1, 64],
    ['more than 16 KiB', 1, 16_383, 0],
    ['more than 16 KiB in several', 20, 1_000, 16],
  ])(
    'are a fault of the message when there are %s, and the first ones are kept',
    async (_, count, bytes, kept) => {
      const message = await withHeaders(count, bytes);
      expect(message).toMatchObject({
        key: Buffer.from('k'),
        value: Buffer.from('v'),
        fault: { kind: 'headers', batch: null },
      });
      expect(message?.fault?.detail).toMatch(`the message has ${count} headers in `);
      expect(Object.keys(message?.headers ?? {})).toHaveLength(kept);
    },
  );
});

describe('an undecodable batch', () => {
  const good = encodeBatch({ firstOffset: 20, records: numbered(1) });
  const damaged: readonly [string, TestBatch, RegExp][] = [
    ['gzip that is none', { codec: 1, compressed: Buffer.from('no gzip') }, /gzip is damaged/],
    ['snappy that is none', { codec: 2, compressed: Buffer.from('no snappy') }, /snappy/],
    ['lz4 that is none', { codec: 3, compressed: Buffer.from('no lz4') }, /lz4 is damaged/],
    ['zstd that is none', { codec: 4, compressed: Buffer.from('no zstd') }, /zstd is damaged/],
    [
      'a codec of the future',
      { codec: 5, compressed: Buffer.from('?') },
      /codec 5, which is unknown/,
    ],
    [
      'a bomb',
      { codec: 1, compressed: gzipSync(Buffer.alloc(1_000_001)) },
      /more than 1000000 bytes/,
    ],
    ['a wrong checksum', { records: numbered(9), crc: 1 }, /checksum is wrong/],
    ['too few records', { compressed: encodeRecords(numbered(8)) }, /no end/],
    ['too many records', { compressed: encodeRecords(numbered(10)) }, /bytes after its records/],
    [
      'more records than bytes',
      { compressed: encodeRecords(numbered(9)), recordCount: 999_999 },
      /malformed/,
    ],
    [
      'more records than may be',
      { compressed: Buffer.alloc(1), recordCount: 2 ** 31 - 1 },
      /2147483647 records, more than 1000000/,
    ],
    [
      'offsets that fall',
      { compressed: encodeRecords(numbered(9).map(() => ({ offsetDelta: 3 }))) },
      /do not rise/,
    ],
    [
      'offsets beyond it',
      { compressed: encodeRecords(numbered(9)), lastOffsetDelta: 3 },
      /leave the batch/,
    ],
    [
      'a record that leaves it',
      { compressed: Buffer.from([0x7e, 0]), recordCount: 1 },
      /cut short/,
    ],
    ['a format of before headers', { magic: 1, records: numbered(9) }, /message format 1/],
  ];

  it.each(damaged)(
    'is delivered as one message with its bytes and offsets: %s',
    async (_, batch, why) => {
      const bytes = encodeBatch({ firstOffset: 11, recordCount: 9, lastOffsetDelta: 8, ...batch });
      const messages = await all(fetched([bytes, good]));
      const [first, second] = messages;
      expect(messages).toHaveLength(2);
      expect(first).toMatchObject({ key: null, headers: {}, fault: { kind: 'undecodable' } });
      expect(first?.value).toEqual(bytes);
      expect(first?.fault?.detail).toMatch(why);
      expect(first?.fault?.batch?.firstOffset).toBe('11');
      expect(second?.offset).toBe('20');
    },
  );

  it('has the first offset that was not read yet, and the last one', async () => {
    const batch = { codec: 5, packed: Buffer.from('?'), recordCount: 9, lastOffsetDelta: 8 };
    const [message] = await all(
      fetched([encodeBatch({ firstOffset: 11, ...batch })], { from: 14n }),
    );
    expect(message).toMatchObject({
      offset: '19',
      fault: { batch: { firstOffset: '14', codec: 'codec 5', records: 9 } },
    });
  });

  it('is only one record where the others are valid, and these are read', async () => {
    const head = (at: number) => new ByteWriter().int8(0).varInt(0).varInt(at);
    const cutKey = prefixLength(Buffer.from(head(1).varInt(100).written));
    const noKeyNorMore = prefixLength(Buffer.from(head(2).varInt(-1).written));
    const millions = prefixLength(
      Buffer.from(
        head(3)
          .varInt(-1)
          .varInt(-1)
          .varInt(2 ** 31 - 1).written,
      ),
    );
    const negative = prefixLength(Buffer.from(head(4).varInt(-5).written));
    const records = [
      encodeRecord({}, 0),
      cutKey,
      noKeyNorMore,
      millions,
      negative,
      encodeRecord({}, 5),
    ];
    const messages = await all(
      fetched([
        encodeBatch({ compressed: Buffer.concat(records), recordCount: 6, lastOffsetDelta: 5 }),
      ]),
    );
    expect(messages.map(({ fault }) => fault?.kind)).toEqual([
      undefined,
      ...Array<string>(4).fill('undecodable'),
      undefined,
    ]);
    expect(messages.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(messages[1]?.fault?.batch).toBeNull();
  });

  it('never throws and always advances, whatever is changed in its bytes', async () => {
    const bytes = encodeBatch({ codec: 1, records: numbered(20) });
    const change = fc.array(fc.tuple(fc.integer({ min: 12, max: bytes.length - 1 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(change, fc.boolean(), async (changes, isChecked) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        const batches = readBatches(changed).map((one) =>
          isChecked ? one : { ...one, crc: crcOf(one.checked) },
        );
        const place = { topic: 't', partition: 3, fetchedOffset: 0n };
        const budget = new Semaphore(2_000_000);
        const messages = await all(new FetchedMessages(place, batches, LIMITS, budget));
        const offsets = messages.map(({ offset }) => BigInt(offset));
        expect(offsets.every((offset, at) => at === 0 || offset > (offsets[at - 1] ?? 0n))).toBe(
          true,
        );
        expect(budget.tryAcquire(2_000_000)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the memory of decompressed batches', () => {
  const zeros = (codec: number) =>
    encodeBatch({ codec, records: [{ value: Buffer.alloc(900_000) }, { offsetDelta: 1 }] });

  it('is freed when the messages were taken, or when they are closed', async () => {
    const budget = new Semaphore(1_000_000);
    const messages = fetched([zeros(1), zeros(1)], { budget });
    expect(await messages.peek(10)).toHaveLength(2);
    expect(budget.tryAcquire(200_000)).toBe(false);
    messages.take(1);
    expect(budget.tryAcquire(200_000)).toBe(false);
    messages.take(1);
    expect(await messages.peek(1)).toHaveLength(1);
    messages.close();
    expect(budget.tryAcquire(1_000_000)).toBe(true);
  });

  it('is waited for by a reader that holds none of it', async () => {
    const budget = new Semaphore(1_000_000);
    const [first, second] = [fetched([zeros(1)], { budget }), fetched([zeros(1)], { budget })];
    await first.peek(1);
    let isRead = false;
    const waiting = second.peek(1).then(() => (isRead = true));
    await new Promise(setImmediate);
    expect(isRead).toBe(false);
    first.close();
    await waiting;
    second.close();
    expect(budget.tryAcquire(1_000_000)).toBe(true);
  });

  it('is not counted for batches that are not compressed', async () => {
    const budget = new Semaphore(0);
    expect(await fetched([zeros(0)], { budget }).peek(10)).toHaveLength(2);
  });
});
