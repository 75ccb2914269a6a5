import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Position } from '#event-store';
import { publicKeyHex } from '#identity';
import {
  InvalidAnchorError,
  isSignedBy,
  parseAnchor,
  signAnchor,
  type Anchor,
} from './anchor-file.js';
import { readPublicKey } from './keys.js';
import { UntrustedAnchorError, parseTrustedAnchor } from './read-anchor.js';
import { provesPreviousAnchor } from './compare-anchors.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const ANCHOR: Anchor = {
  store: 'postgres',
  time: '2030-01-31T12:00:00.000Z',
  size: 5,
  position: 'postgres:0000000000000005' as Position,
  eventsRoot: 'a'.repeat(64),
  accounts: 2,
  accountsRoot: 'b'.repeat(64),
  previous: null,
};
const FOLLOWING: Anchor = {
  ...ANCHOR,
  store: 'eventstoredb',
  position: 'es-00000000000000000400-00000000000000000400' as Position,
  previous: { size: 3, eventsRoot: 'c'.repeat(64), proof: ['d'.repeat(64), 'e'.repeat(64)] },
};

describe('the file of an anchor', () => {
  it.each([ANCHOR, FOLLOWING])('says what was signed, and by whom', (anchor) => {
    const { text } = signAnchor(anchor, privateKey);
    const read = parseAnchor(text);
    expect(read).toMatchObject(anchor);
    expect(read.key).toBe(publicKeyHex(publicKey));
    expect(isSignedBy(read, publicKey)).toBe(true);
    expect(parseTrustedAnchor('it', text, null)).toEqual(read);
  });

  it('is not accepted for another key', () => {
    const stranger = generateKeyPairSync('ed25519');
    const { text } = signAnchor(ANCHOR, privateKey);
    expect(() => parseTrustedAnchor('it', text, stranger.publicKey)).toThrow(UntrustedAnchorError);
  });

  it('is rejected if any one character was changed', () => {
    const { text } = signAnchor(FOLLOWING, privateKey);
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '1' ? '2' : '1';
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(() => parseTrustedAnchor('it', changed, publicKey)).toThrow(UntrustedAnchorError);
    }
  });

  it('has its signature written in one way only', () => {
    const { text } = signAnchor(ANCHOR, privateKey);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const at = text.length - 4;
    for (const other of alphabet) {
      if (other === text[at]) continue;
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(() => parseTrustedAnchor('it', changed, publicKey)).toThrow(UntrustedAnchorError);
    }
  });

  it.each(['', 'points-ledger anchor v2\n', 'x\n'])('is refused when it reads %j', (text) => {
    expect(() => parseAnchor(text)).toThrow(InvalidAnchorError);
  });

  it('is readable for ever', () => {
    const key = readPublicKey('test/golden/anchor-v1.pub');
    const first = parseTrustedAnchor('it', readFileSync('test/golden/anchor-v1.txt', 'utf8'), key);
    const next = parseTrustedAnchor(
      'it',
      readFileSync('test/golden/anchor-v1-next.txt', 'utf8'),
      key,
    );
    expect(first).toMatchObject({ store: 'postgres', size: 69, accounts: 3, previous: null });
    expect(next.previous).toMatchObject({ size: first.size, eventsRoot: first.eventsRoot });
    expect(provesPreviousAnchor(next)).toBe(true);
  });
});
