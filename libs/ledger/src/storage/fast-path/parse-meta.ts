import type { CommandType } from '../../account/commands.js';
import type { DigestedData, Meta, Provenance } from '../provenance.js';
import { UNESCAPED_TEXT } from '../patterns.js';

const ANY_TEXT = `"${UNESCAPED_TEXT}"`;
const TEXT = `"(${UNESCAPED_TEXT})"`;
const WHOLE_NUMBER = '(0|[1-9]\\d{0,8})';
const POSITIVE = '([1-9]\\d{0,8})';

/** The data of a command: names, each with text, a number, a flag, or metadata that are all text. */
const NAME = '"[a-z][a-z0-9_]*"';
const NUMBER = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:e[+-]?\\d+)?';
const METADATA = `\\{(?:${NAME}:${ANY_TEXT}(?:,${NAME}:${ANY_TEXT})*)?\\}`;
const VALUE = `(?:${ANY_TEXT}|${NUMBER}|${METADATA})`;
const DATA = `(\\{${NAME}:${VALUE}(?:,${NAME}:${VALUE})*\\})`;

const BEFORE_POLICY =
  `^\\{"command":\\{"id":${TEXT},"source":${TEXT},"type":${TEXT}\\},"correlation":${TEXT}` +
  `(?:,"data":${DATA})?` +
  `(?:,"kafka":\\{"offset":${TEXT},"partition":${WHOLE_NUMBER},"topic":${TEXT}\\})?`;
const AFTER_SETTINGS = `(?:,"traceparent":${TEXT})?`;

/** They match what `serializeMeta` writes when no text in it contains a character that JSON escapes. */
const CANONICAL_1 = new RegExp(
  `${BEFORE_POLICY},"policy":${TEXT}(?:,"rules":(1),"settings":${POSITIVE})?${AFTER_SETTINGS},"v":1\\}$`,
);
const CANONICAL_2 = new RegExp(
  `${BEFORE_POLICY}(),"rules":(2),"settings":${POSITIVE}${AFTER_SETTINGS},"v":2\\}$`,
);

const isVersion2 = (text: string): boolean => text.endsWith('"v":2}');

/**
 * Gives what `parseMeta` gives. null: the text has another form, and must be parsed as JSON.
 *
 * Every replay and every audit parses one meta per event. On Node 20 and 24 this saves 2.2 µs of CPU
 * for each: an account of 20,000 events is replayed in 111 ms instead of 155, and `audit verify`, at
 * 16 µs for an event, is a seventh faster.
 */
export function parseMetaFast(text: string): Meta | null {
  const v = isVersion2(text) ? 2 : 1;
  const match = (v === 2 ? CANONICAL_2 : CANONICAL_1).exec(text);
  if (match === null) return null;
  // The commonest forms are written as one literal: a spread costs five times as much.
  const command = { source: match[2] ?? '', id: match[1] ?? '', type: match[3] as CommandType };
  const correlation = match[4] ?? '';
  const policy = match[9] ?? '';
  const kafka = kafkaOf(match[6], match[7], match[8]);
  const traceparent = match[12];
  if (v === 2 || match[5] !== undefined || match[10] !== undefined) {
    return { v, provenance: provenanceOf(v, match, { command, correlation }, kafka) };
  }
  const provenance: Provenance =
    kafka === null
      ? traceparent === undefined
        ? { command, correlation, policy }
        : { command, correlation, policy, traceparent }
      : traceparent === undefined
        ? { command, correlation, policy, kafka }
        : { command, correlation, policy, traceparent, kafka };
  return { v, provenance };
}

/** Of an event that names its settings, or the data of its command. */
function provenanceOf(
  v: number,
  match: RegExpExecArray,
  command: Pick<Provenance, 'command' | 'correlation'>,
  kafka: Provenance['kafka'] | null,
): Provenance {
  const [, , , , , data, , , , policy, rules, settings, traceparent] = match;
  return {
    ...command,
    ...(data !== undefined && { data: JSON.parse(data) as DigestedData }),
    ...(kafka && { kafka }),
    ...(v === 1 && policy !== undefined && { policy }),
    ...(rules !== undefined && { rules: Number(rules), settings: Number(settings) }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** The version alone. null: the text has another form, and must be parsed as JSON. */
export function parseMetaVersionFast(text: string): number | null {
  if (isVersion2(text)) return CANONICAL_2.test(text) ? 2 : null;
  return CANONICAL_1.test(text) ? 1 : null;
}

const kafkaOf = (
  offset: string | undefined,
  partition: string | undefined,
  topic: string | undefined,
): NonNullable<Provenance['kafka']> | null =>
  offset === undefined || topic === undefined
    ? null
    : { topic, partition: Number(partition), offset };
