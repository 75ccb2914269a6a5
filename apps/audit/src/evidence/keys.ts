import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { publicKeyHex } from '#identity';
import { CannotCheckError, orCannotCheck } from '../store/errors.js';

/** Creates an Ed25519 key pair: the private key in `file`, readable by its owner only, and the public key beside it. */
export function createKeyPair(file: string): {
  readonly publicFile: string;
  readonly name: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicFile = `${file}.pub`;
  orCannotCheck('no key was made', () => {
    writeKey(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
    writeKey(publicFile, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  });
  return { publicFile, name: publicKeyHex(publicKey) };
}

/** Never overwrites a key: what it signed could not be checked any more. */
const writeKey = (file: string, pem: string | Buffer, mode: number): void =>
  writeFileSync(file, pem, { mode, flag: 'wx' });

export const readPrivateKey = (file: string): KeyObject =>
  readEd25519(file, () => createPrivateKey(readFileSync(file)));

/** Accepts a file of either half, because the public key can be derived from the private one. */
export const readPublicKey = (file: string): KeyObject =>
  readEd25519(file, () => createPublicKey(readFileSync(file)));

function readEd25519(file: string, read: () => KeyObject): KeyObject {
  const key = orCannotCheck(`${file} can't be read as a key`, read);
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CannotCheckError(`${file} holds no Ed25519 key`);
}

const SPKI_OF_ED25519 = '302a300506032b6570032100';

export const publicKeyFromHex = (name: string): KeyObject =>
  createPublicKey({
    key: Buffer.from(SPKI_OF_ED25519 + name, 'hex'),
    type: 'spki',
    format: 'der',
  });
