import fc from 'fast-check';
import { text } from 'node:stream/consumers';
import type { Position } from '#event-store';
import { accountStream } from '#identity';
import {
  InvalidProofError,
  isProof,
  parseProof,
  proofFormat,
  serializeProof,
  type ProofEvent,
  type ProofHeader,
} from './proof-file.js';

const USER = '0a000000-0000-4000-8000-000000000001';
const HEADER: ProofHeader = {
  format: proofFormat(false),
  user: USER,
  stream: accountStream(USER),
  revision: 1,
  hash: 'a'.repeat(64),
  index: 0,
  path: ['b'.repeat(64)],
  anchor: 'points-ledger anchor v1\n',
};
const EVENT: ProofEvent = {
  revision: 0,
  position: 'postgres:0000000000000001' as Position,
  id: '41919851-29bd-5160-acef-516d32370249',
  type: 'PointsRecharged',
  data: '{"声":"音\\n"}',
  meta: '{}',
  hash: 'c'.repeat(64),
};

async function* pages(...given: readonly (readonly ProofEvent[])[]) {
  yield* given;
}

const serialized = (...given: readonly (readonly ProofEvent[])[]): Promise<string> =>
  text(serializeProof(HEADER, pages(...given)));

const headerLine = (change: object): string => `${JSON.stringify({ ...HEADER, ...change })}\n`;
const eventLine = (change: object): string => `${JSON.stringify({ ...EVENT, ...change })}\n`;
const eventsOf = (proof: string): ProofEvent[] => [...parseProof([proof]).events];

describe('a proof', () => {
  it('is read as it was written', async () => {
    const events = [EVENT, { ...EVENT, revision: 1 }, { ...EVENT, revision: 2 }];
    const proof = parseProof([await serialized(events.slice(0, 2), events.slice(2))]);
    expect(proof.header).toEqual(HEADER);
    expect([...proof.events]).toEqual(events);
  });

  it('of a ledger that took accounts over says where the take-overs end, in one as well', async () => {
    const takeOvers = { revision: 0, hash: 'd'.repeat(64), index: 1, path: ['e'.repeat(64)] };
    const header = { ...HEADER, format: proofFormat(true, true), settings: takeOvers, takeOvers };
    const written = await text(serializeProof(header, pages([EVENT])));
    expect(written).toContain('"format":"points-ledger proof v3"');
    expect(parseProof([written]).header).toEqual(header);
    expect(() => parseProof([written.replace('proof v3', 'proof v2')])).toThrow(InvalidProofError);
  });

  it('of a ledger with settings says where they end, in a format of its own', async () => {
    const settings = { revision: 1, hash: 'd'.repeat(64), index: 0, path: ['e'.repeat(64)] };
    const header = { ...HEADER, format: proofFormat(true), settings };
    const written = await text(serializeProof(header, pages([EVENT])));
    expect(written).toContain('"format":"points-ledger proof v2"');
    expect(parseProof([written]).header).toEqual(header);
    expect(() => parseProof([written.replace('proof v2', 'proof v1')])).toThrow(InvalidProofError);
    expect(() => parseProof([headerLine({ format: proofFormat(true) })])).toThrow(
      InvalidProofError,
    );
    for (const wrong of [null, {}, { ...settings, revision: -1 }, { ...settings, path: ['x'] }]) {
      const line = headerLine({ format: proofFormat(true), settings: wrong });
      expect(() => parseProof([line])).toThrow(InvalidProofError);
    }
  });

  it('may have no events', async () => {
    expect(eventsOf(await serialized())).toEqual([]);
  });

  it('is read the same in whatever chunks it comes', async () => {
    const whole = await serialized([EVENT, { ...EVENT, revision: 1 }]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = edges.slice(1).map((end, index) => whole.slice(edges[index], end));
        const proof = parseProof(chunks);
        expect(proof.header).toEqual(HEADER);
        expect([...proof.events]).toEqual(eventsOf(whole));
      }),
    );
  });

  it('is recognised by its first characters', async () => {
    expect(isProof(await serialized())).toBe(true);
    expect(isProof('points-ledger anchor v1\n')).toBe(false);
    expect(isProof('{"format":"points-ledger proof v2","user":')).toBe(true);
    expect(isProof('{"format":"points-ledger proof v4"}')).toBe(false);
    expect(isProof('')).toBe(false);
  });
});

describe('parseProof', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', 'x\n'],
    ['a JSON value that is no object', '7\n'],
    ['a cut line', JSON.stringify(HEADER)],
  ])('rejects %s', (_, proof) => {
    expect(() => parseProof([proof])).toThrow(InvalidProofError);
  });

  it.each<[string, object]>([
    ['another format', { format: 'points-ledger proof v2' }],
    ['a user that is no UUID', { user: 'anna' }],
    ['the stream of another user', { stream: 'points-7b000000-0000-4000-8000-000000000002' }],
    ['a hash that is too short', { hash: 'a'.repeat(63) }],
    ['a hash in upper case', { hash: 'A'.repeat(64) }],
    ['a negative revision', { revision: -1 }],
    ['a revision that is no whole number', { revision: 1.5 }],
    ['an index that is a text', { index: '0' }],
    ['a path that is no list', { path: 'b'.repeat(64) }],
    ['a path with something else in it', { path: ['b'] }],
    ['no anchor', { anchor: null }],
  ])('rejects a header with %s', (_, change) => {
    expect(() => parseProof([headerLine(change)])).toThrow(
      new InvalidProofError('line 1 does not say what a proof says'),
    );
  });

  it.each<[string, object]>([
    ['a negative revision', { revision: -1 }],
    ['an id that is no UUID', { id: 'x' }],
    ['a hash that is no hash', { hash: 'x' }],
    ['no position', { position: null }],
    ['a type that is no text', { type: 7 }],
    ['data that is no text', { data: {} }],
    ['no meta', { meta: undefined }],
  ])('rejects an event with %s and names its line', (_, change) => {
    const proof = headerLine({}) + eventLine({}) + eventLine(change);
    expect(() => eventsOf(proof)).toThrow(new InvalidProofError('line 3 is no event'));
  });

  it('rejects a last line that is cut', async () => {
    const whole = await serialized([EVENT]);
    expect(() => eventsOf(whole.slice(0, -5))).toThrow(
      new InvalidProofError('its last line is cut'),
    );
  });

  it('names the line that is not JSON', async () => {
    const whole = await serialized([EVENT]);
    expect(() => eventsOf(`${whole}nonsense\n`)).toThrow('line 3 is not JSON');
  });

  it('reads no more than is asked for', () => {
    function* chunks(): Generator<string> {
      yield headerLine({}) + eventLine({});
      throw new Error('it read on');
    }
    const { header, events } = parseProof(chunks());
    expect(header).toEqual(HEADER);
    expect(events[Symbol.iterator]().next().value).toEqual(EVENT);
  });
});
