import type { CommandType } from '../../account/commands.js';
import type { Provenance } from '../codec.js';
import { PLAIN_TEXT } from '../patterns.js';

const TEXT = `"(${PLAIN_TEXT})"`;
const WHOLE = '(0|[1-9]\\d{0,8})';

/** As `metaOf` writes it, with nothing in it that JSON would escape. */
const CANONICAL = new RegExp(
  `^\\{"command":\\{"id":${TEXT},"source":${TEXT},"type":${TEXT}\\},"correlation":${TEXT}` +
    `(?:,"kafka":\\{"offset":${TEXT},"partition":${WHOLE},"topic":${TEXT}\\})?` +
    `,"policy":${TEXT}(?:,"traceparent":${TEXT})?,"v":${WHOLE}\\}$`,
);

/**
 * The same as parsing it as JSON and looking at each field, at a tenth of the price: a fold reads
 * one for every event. null: it is not written so, and must be parsed.
 */
export function readCanonicalMeta(
  text: string,
): { readonly v: number; readonly provenance: Provenance } | null {
  const found = CANONICAL.exec(text);
  const v = found?.[10] ?? '0';
  if (found === null || v === '0') return null;
  // Each object is written out at once: spread from another one, it costs five times as much.
  const command = { source: found[2] ?? '', id: found[1] ?? '', type: found[3] as CommandType };
  const correlation = found[4] ?? '';
  const policy = found[8] ?? '';
  const kafka = kafkaOf(found[5], found[6], found[7]);
  const traceparent = found[9];
  const provenance: Provenance =
    kafka === null
      ? traceparent === undefined
        ? { command, correlation, policy }
        : { command, correlation, policy, traceparent }
      : traceparent === undefined
        ? { command, correlation, policy, kafka }
        : { command, correlation, policy, traceparent, kafka };
  return { v: Number(v), provenance };
}

/** The version alone. null: it is not written so, and must be parsed. */
export function canonicalVersion(text: string): number | null {
  if (!CANONICAL.test(text)) return null;
  return Number(text.slice(text.lastIndexOf(':') + 1, -1)) || null;
}

const kafkaOf = (
  offset: string | undefined,
  partition: string | undefined,
  topic: string | undefined,
): NonNullable<Provenance['kafka']> | null =>
  offset === undefined || topic === undefined
    ? null
    : { topic, partition: Number(partition), offset };
