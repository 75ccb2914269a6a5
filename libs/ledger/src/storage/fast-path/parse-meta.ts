import type { CommandType } from '../../account/commands.js';
import type { Meta, Provenance } from '../provenance.js';
import { UNESCAPED_TEXT } from '../patterns.js';

const TEXT = `"(${UNESCAPED_TEXT})"`;
const WHOLE_NUMBER = '(0|[1-9]\\d{0,8})';

/** Matches what `serializeMeta` writes when no text in it contains a character that JSON escapes. */
const CANONICAL = new RegExp(
  `^\\{"command":\\{"id":${TEXT},"source":${TEXT},"type":${TEXT}\\},"correlation":${TEXT}` +
    `(?:,"kafka":\\{"offset":${TEXT},"partition":${WHOLE_NUMBER},"topic":${TEXT}\\})?` +
    `,"policy":${TEXT}(?:,"traceparent":${TEXT})?,"v":${WHOLE_NUMBER}\\}$`,
);

/**
 * Gives what `parseMeta` gives. null: the text has another form, and must be parsed as JSON.
 *
 * Every replay and every audit parses one meta per event. On Node 20 and 24 this saves 2.2 µs of CPU
 * for each: an account of 20,000 events is replayed in 111 ms instead of 155, and `audit verify`, at
 * 16 µs for an event, is a seventh faster.
 */
export function parseMetaFast(text: string): Meta | null {
  const match = CANONICAL.exec(text);
  const v = match?.[10] ?? '0';
  if (match === null || v === '0') return null;
  // Each object is written as one literal: a spread costs five times as much.
  const command = { source: match[2] ?? '', id: match[1] ?? '', type: match[3] as CommandType };
  const correlation = match[4] ?? '';
  const policy = match[8] ?? '';
  const kafka = kafkaOf(match[5], match[6], match[7]);
  const traceparent = match[9];
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

/** The version alone. null: the text has another form, and must be parsed as JSON. */
export function parseMetaVersionFast(text: string): number | null {
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
