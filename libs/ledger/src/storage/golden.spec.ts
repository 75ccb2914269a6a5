import { readFileSync } from 'node:fs';
import { CHAIN_START, chainHash, eventIdOf } from '#identity';
import { deserializeEvent, serializeEvent } from './codec.js';
import { replay } from '../account/evolve.js';
import { REMEMBER_EVERYTHING } from '../account/policy.js';

interface Golden {
  readonly stream: string;
  readonly balance: number;
  readonly held: number;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: string;
    readonly meta: string;
    readonly hash: string;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/events-v1.json', import.meta.url), 'utf8'),
) as Golden;

const read = golden.events.map((stored) => deserializeEvent(stored));
const kindsOf = (name: 'code' | 'cause'): unknown[] => [
  ...new Set(read.flatMap(({ event }) => (name in event ? [event[name as never]] : []))),
];

describe('events as version 1 stored them', () => {
  it('are read, and written again to the byte', () => {
    for (const [place, { event, provenance }] of read.entries()) {
      const { type, data, meta } = golden.events[place]!;
      expect(serializeEvent(event, provenance)).toEqual({ type, data, meta });
    }
  });

  it('have the ids and the chain of hashes that they had', () => {
    let before = CHAIN_START;
    for (const [revision, { hash, ...stored }] of golden.events.entries()) {
      expect(stored.id).toBe(eventIdOf(read[revision]!.event.commandId, revision));
      before = chainHash(before, { ...stored, stream: golden.stream, revision });
      expect(Buffer.from(before).toString('hex')).toBe(hash);
    }
  });

  it('fold into the account that they did', () => {
    const account = replay(
      read.map(({ event }) => event),
      REMEMBER_EVERYTHING,
    );
    expect(account).toMatchObject({ balance: golden.balance, held: golden.held });
  });

  it('are of every kind', () => {
    expect(golden.events.length).toBe(40);
    expect(new Set(read.map(({ event }) => event.type)).size).toBe(6);
    expect(kindsOf('cause').length).toBe(4);
    expect(kindsOf('code').length).toBe(12);
    const origins = read.map(({ provenance }) => [
      'kafka' in provenance,
      'traceparent' in provenance,
    ]);
    expect(new Set(origins.map(String)).size).toBe(4);
  });
});
