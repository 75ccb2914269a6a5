import fc from 'fast-check';
import '../connection.js';
import { requireKafkajsInternal } from '../kafkajs-internals.js';
import { kafkajsProduce, type ProduceRequest } from './produce-patch.js';

// Both encoders are compared byte for byte: brokers have accepted those of kafkajs for years.

type Encode = () => Promise<{ readonly buffer: Buffer }>;

const VERSION = 7;
const theirs = requireKafkajsInternal(`protocol/requests/produce/v${VERSION}/request`) as (
  produced: ProduceRequest,
) => { readonly encode: Encode };

const applied = (produced: ProduceRequest): Encode =>
  kafkajsProduce().protocol({ version: VERSION })(produced).request.encode;

/** The bytes contain the current time, which is the same for both encoders here. */
async function inHex(encode: Encode, atMs: number): Promise<string> {
  const now = Date.now;
  Date.now = () => atMs;
  try {
    return (await encode()).buffer.toString('hex');
  } finally {
    Date.now = now;
  }
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((of) => Buffer.from(of));
const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);
const field = fc.oneof(text, bytes);
const header = fc.oneof(field, fc.array(field, { maxLength: 3 }));
const message = fc.record(
  {
    key: fc.option(field),
    value: fc.option(field),
    headers: fc.dictionary(text, header, { maxKeys: 8 }),
  },
  { requiredKeys: ['value'] },
);
const partition = fc.record({
  partition: fc.nat(),
  firstSequence: fc.nat(),
  messages: fc.array(message, { minLength: 1, maxLength: 200, size: 'max' }),
});
const produced = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.nat(30_000),
  topicData: fc.array(
    fc.record({ topic: text, partitions: fc.array(partition, { minLength: 1, maxLength: 3 }) }),
    { minLength: 1, maxLength: 2 },
  ),
});

const plain: ProduceRequest = {
  acks: -1,
  timeout: 1_000,
  topicData: [
    { topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages: [{ value: 'v' }] }] },
  ],
};

describe('the encoder of produce requests', () => {
  it('writes the same bytes as kafkajs', async () => {
    await fc.assert(
      fc.asyncProperty(produced, fc.nat(), async (of, atMs) => {
        expect(await inHex(applied(of), atMs)).toBe(await inHex(theirs(of).encode, atMs));
      }),
    );
  });

  it('is applied once the client is loaded', () => {
    expect(applied(plain).toString()).not.toBe(theirs(plain).encode.toString());
  });

  it.each([
    ['in a transaction', { transactionalId: 'one' }],
    ['compressed', { compression: 1 }],
    [
      'with a timestamp',
      {
        topicData: [
          {
            topic: 't',
            partitions: [
              { partition: 0, firstSequence: 0, messages: [{ value: 'v', timestamp: '7' }] },
            ],
          },
        ],
      },
    ],
  ])('leaves a request to kafkajs that is %s', (_, change) => {
    expect(applied({ ...plain, ...change }).toString()).toBe(theirs(plain).encode.toString());
  });

  it('leaves a version without record batches to kafkajs', () => {
    const old = kafkajsProduce().protocol({ version: 2 })(plain).request;
    expect(old.encode.toString()).not.toBe(applied(plain).toString());
  });
});
