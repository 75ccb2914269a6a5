import { hash } from 'node:crypto';

/** 53 bits, so that a number of JavaScript holds it exactly. */
const DIGITS = 14;
const SPARE_BITS = 3n;

/**
 * The number of a batch that has none of its own: the same for everybody who works it out, and
 * practically never shared.
 */
export function derivedBatchId(userId: string, what: string): number {
  const digest = hash('sha256', `legacy batch\0${userId}\0${what}`, 'hex');
  return Number(BigInt(`0x${digest.slice(0, DIGITS)}`) >> SPARE_BITS) || 1;
}
