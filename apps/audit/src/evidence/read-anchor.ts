import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { orCannotCheck } from '../store/errors.js';
import { InvalidAnchorError, isSignedBy, parseAnchor, type SignedAnchor } from './anchor-file.js';
import { publicKeyFromHex } from './keys.js';

/** The anchor is unreadable or not signed by the expected key, so nothing can be checked with it. */
export class UntrustedAnchorError extends Error {
  override readonly name = 'UntrustedAnchor';
}

/** Reads an anchor that must be signed by that key, or (null) at least by the key that it names. */
export function readAnchor(file: string, key: KeyObject | null): SignedAnchor {
  return parseTrustedAnchor(file, readText(file), key);
}

export function parseTrustedAnchor(
  name: string,
  text: string,
  key: KeyObject | null,
): SignedAnchor {
  let anchor;
  try {
    anchor = parseAnchor(text);
  } catch (error) {
    if (!(error instanceof InvalidAnchorError)) throw error;
    throw new UntrustedAnchorError(`${name}: ${error.message}`, { cause: error });
  }
  if (isSignedBy(anchor, key ?? publicKeyFromHex(anchor.key))) return anchor;
  throw new UntrustedAnchorError(
    key === null
      ? `${name}: its signature is not that of the key it names`
      : `${name}: it is not signed by this key`,
  );
}

const readText = (file: string): string =>
  orCannotCheck(`${file} can't be read`, () => readFileSync(file, 'utf8'));
