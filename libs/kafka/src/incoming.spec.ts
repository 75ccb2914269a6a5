import type { KafkaMessage } from 'kafkajs';
import { incoming } from './incoming.js';

const message = (headers: unknown): KafkaMessage =>
  ({
    offset: '7',
    key: Buffer.from('user'),
    value: null,
    timestamp: '1700000000000',
    attributes: 0,
    headers,
  }) as KafkaMessage;

describe('a message that comes in', () => {
  it('has its place, and its time as a number', () => {
    expect(incoming('commands', 3, message({ one: Buffer.from('1') }))).toEqual({
      topic: 'commands',
      partition: 3,
      offset: '7',
      key: Buffer.from('user'),
      value: null,
      headers: { one: Buffer.from('1') },
      timestampMs: 1_700_000_000_000,
    });
  });

  it('has empty values for headers without one, so that it can be sent on', () => {
    const { headers } = incoming('t', 0, message({ none: null, two: [null, Buffer.from('2')] }));
    expect(headers).toEqual({ none: Buffer.alloc(0), two: [Buffer.alloc(0), Buffer.from('2')] });
  });

  it('has no headers when none came', () => {
    expect(incoming('t', 0, message(undefined)).headers).toEqual({});
    expect(incoming('t', 0, message({})).headers).toEqual({});
  });
});
