import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicKeyHex } from '#identity';
import { CannotCheckError } from '../store/errors.js';
import { createKeyPair, publicKeyFromHex, readPrivateKey, readPublicKey } from './keys.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'points-keys-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (name: string): string => join(dir, name);
const MESSAGE = Buffer.from('a message');

describe('createKeyPair', () => {
  it('writes two keys that belong together', () => {
    const { publicFile, name } = createKeyPair(file('key'));
    expect(publicFile).toBe(file('key.pub'));
    const signature = sign(null, MESSAGE, readPrivateKey(file('key')));
    expect(verify(null, MESSAGE, readPublicKey(publicFile), signature)).toBe(true);
    expect(publicKeyHex(readPublicKey(publicFile))).toBe(name);
  });

  it('keeps the private key from everybody but its owner', () => {
    createKeyPair(file('key'));
    expect(statSync(file('key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(file('key'), 'utf8')).toContain('PRIVATE KEY');
    expect(readFileSync(file('key.pub'), 'utf8')).not.toContain('PRIVATE');
  });

  it('does not overwrite a key', () => {
    createKeyPair(file('key'));
    const before = readFileSync(file('key'));
    expect(() => createKeyPair(file('key'))).toThrow(CannotCheckError);
    expect(readFileSync(file('key'))).toEqual(before);
  });

  it('does not overwrite a public key', () => {
    writeFileSync(file('key.pub'), 'mine');
    expect(() => createKeyPair(file('key'))).toThrow('no key was made');
    expect(readFileSync(file('key.pub'), 'utf8')).toBe('mine');
  });

  it('says why a key can not be written', () => {
    expect(() => createKeyPair(file(join('no', 'such', 'place')))).toThrow(/ENOENT/);
  });
});

describe('readPublicKey', () => {
  it('reads the public key from the file of either half', () => {
    createKeyPair(file('key'));
    expect(publicKeyHex(readPublicKey(file('key')))).toBe(
      publicKeyHex(readPublicKey(file('key.pub'))),
    );
  });

  it('rejects a missing file, another file and another kind of key', () => {
    writeFileSync(file('text'), 'not a key');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file('ec'), publicKey.export({ type: 'spki', format: 'pem' }));
    expect(() => readPublicKey(file('none'))).toThrow(`${file('none')} can't be read as a key`);
    expect(() => readPublicKey(file('text'))).toThrow(`${file('text')} can't be read as a key`);
    expect(() => readPublicKey(file('ec'))).toThrow(`${file('ec')} holds no Ed25519 key`);
  });
});

describe('readPrivateKey', () => {
  it('rejects the file of a public key', () => {
    createKeyPair(file('key'));
    expect(() => readPrivateKey(file('key.pub'))).toThrow(CannotCheckError);
  });
});

describe('publicKeyHex', () => {
  it('is the same for both halves, and leads back to the public key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const hex = publicKeyHex(publicKey);
    expect(hex).toMatch(/^[0-9a-f]{64}$/);
    expect(publicKeyHex(privateKey)).toBe(hex);
    const signature = sign(null, MESSAGE, privateKey);
    expect(verify(null, MESSAGE, publicKeyFromHex(hex), signature)).toBe(true);
  });
});
