import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { CommandType, Policy } from '#ledger';
import type { CommandData } from '../command-data.js';

/**
 * What a command meant: SHA-256 over canonical JSON (RFC 8785) of its parsed data and its type, in
 * lower-case hex. A field that is null says what an absent one does, so neither counts.
 */
export function digestOf(type: CommandType, data: CommandData): string {
  return sha256(`{"data":${canonicalData(data)},"type":"${type}"}`);
}

/** In place of the digest where a message can't be read as a command. */
export function digestOfBytes(value: Uint8Array): string {
  return hash('sha256', value, 'hex');
}

const FINGERPRINT_CHARS = 16;

/** Short, and the same for the same limits in whatever order they were written. */
export function policyFingerprint(policy: Policy): string {
  // `undefined` is all that has no JSON.
  return sha256(canonicalize(policy) ?? '').slice(0, FINGERPRINT_CHARS);
}

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/**
 * Data is flat, its names are plain words, its values well-formed text and numbers: there the JSON
 * of JavaScript is canonical once the names are in order. (Five times as fast as `canonicalize`.)
 */
function canonicalData(data: CommandData): string {
  const said: Record<string, unknown> = {};
  for (const name of Object.keys(data).sort()) {
    const value: unknown = data[name as keyof CommandData];
    if (value !== null) said[name] = value;
  }
  return JSON.stringify(said);
}
