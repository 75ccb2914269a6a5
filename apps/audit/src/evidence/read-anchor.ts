import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { orCannotCheck } from '../store/errors.js';
import { BadAnchor, isSignedBy, parseAnchor, type SignedAnchor } from './anchor-file.js';
import { keyNamed } from './keys.js';

/** An anchor that can't be trusted, so that nothing can be checked by it. */
export class UntrustedAnchor extends Error {
  override readonly name = 'UntrustedAnchor';
}

/** Signed by that key, or (null) at least by the one that it names. */
export function readAnchor(file: string, key: KeyObject | null): SignedAnchor {
  return trusted(file, textOf(file), key);
}

export function trusted(name: string, text: string, key: KeyObject | null): SignedAnchor {
  let anchor;
  try {
    anchor = parseAnchor(text);
  } catch (error) {
    if (!(error instanceof BadAnchor)) throw error;
    throw new UntrustedAnchor(`${name}: ${error.message}`, { cause: error });
  }
  if (isSignedBy(anchor, key ?? keyNamed(anchor.key))) return anchor;
  throw new UntrustedAnchor(
    key === null
      ? `${name}: its signature is not that of the key it names`
      : `${name}: it is not signed by this key`,
  );
}

const textOf = (file: string): string =>
  orCannotCheck(`${file} can't be read`, () => readFileSync(file, 'utf8'));
