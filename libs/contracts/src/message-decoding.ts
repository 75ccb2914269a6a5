import { z } from 'zod';
import { ID_MAX, type RulesNumber } from '#ledger';
import { commandTypesOf } from './command-data.js';
import type { FieldError } from './field-error.js';
import { oneOf, mustBe, text, time } from './fields.js';
import { headerOf, parseJson, decodeUtf8, type RawMessage } from './raw-message.js';
import {
  COMMAND_CE_TYPES,
  COMMAND_TYPE_OF,
  MESSAGE_BYTES_MAX,
  type CommandCeType,
} from './protocol-names.js';
import { duplicateFieldError } from './duplicate-field.js';
import { commandSource } from './command-source.js';

/** The attributes of CloudEvents 1.0 that the ledger uses, with the types that those rules know. */
const createEnvelope = (rules: RulesNumber) =>
  z.object({
    specversion: z.literal('1.0', mustBe('1.0')),
    id: text(ID_MAX),
    source: commandSource,
    type: oneOf<CommandCeType>(
      commandTypesOf(rules).map((type) => COMMAND_CE_TYPES[type]),
    ).transform((ceType) => COMMAND_TYPE_OF[ceType]),
    time: time().nullish(),
    traceparent: z.unknown().optional(),
  });

export type Envelope = ReturnType<typeof createEnvelope>;

const ENVELOPES: Readonly<Record<RulesNumber, Envelope>> = {
  1: createEnvelope(1),
  2: createEnvelope(2),
};

export const envelopeOf = (rules: RulesNumber): Envelope => ENVELOPES[rules];

export interface DecodedMessage {
  /** The attributes, not yet validated; null: they can't be read. */
  readonly attributes: Readonly<Partial<Record<keyof z.infer<Envelope>, unknown>>> | null;
  /** The prefix of the attribute names in an error: headers are named `ce_…`. */
  readonly prefix: 'ce_' | '';
  /** Whether the value is JSON within the length limit. */
  readonly isJson: boolean;
  readonly data: unknown;
  readonly errors: readonly FieldError[];
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const STRUCTURED_TYPE = /^application\/cloudevents\+json\s*(?:;|$)/i;

/** In binary mode the envelope is in the headers, in structured mode it surrounds the data. */
export function decodeMessage(message: RawMessage): DecodedMessage {
  const contentType = headerOf(message, 'content-type');
  return typeof contentType === 'string' && STRUCTURED_TYPE.test(contentType)
    ? decodeStructured(message)
    : decodeBinary(message, contentType);
}

function decodeBinary(message: RawMessage, contentType: string | null | undefined): DecodedMessage {
  const { json: data, error } = decodeValue(message);
  const errors = error === null ? [] : [error];
  if (contentType === null || (contentType !== undefined && !JSON_TYPE.test(contentType))) {
    const must = 'must be application/json or application/cloudevents+json';
    errors.push({ field: 'content-type', reason: must });
  }
  const attributes = {
    specversion: headerOf(message, 'ce_specversion'),
    id: headerOf(message, 'ce_id'),
    source: headerOf(message, 'ce_source'),
    type: headerOf(message, 'ce_type'),
    time: headerOf(message, 'ce_time'),
    traceparent: headerOf(message, 'ce_traceparent'),
  };
  return { attributes, prefix: 'ce_', isJson: error === null, data, errors };
}

function decodeStructured(message: RawMessage): DecodedMessage {
  const { json, error } = decodeValue(message);
  const unread = { attributes: null, prefix: '', isJson: error === null, data: undefined } as const;
  if (error !== null) return { ...unread, errors: [error] };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const must = 'must be a JSON object: a CloudEvent in structured mode';
    return { ...unread, errors: [{ field: 'value', reason: must }] };
  }
  const event: Readonly<Record<string, unknown>> = { ...json };
  return { ...unread, attributes: event, data: event['data'], errors: dataEncodingErrors(event) };
}

function dataEncodingErrors(event: Readonly<Record<string, unknown>>): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { data_base64: inBase64 = null, datacontenttype: type = null } = event;
  if (inBase64 !== null) {
    const must = 'must be left out: the data must stand as JSON under data';
    errors.push({ field: 'data_base64', reason: must });
  }
  if (type !== null && !(typeof type === 'string' && JSON_TYPE.test(type))) {
    errors.push({ field: 'datacontenttype', reason: 'must be application/json, or be left out' });
  }
  return errors;
}

/** Some libraries write a byte order mark before JSON. It is not part of the JSON. */
const BYTE_ORDER_MARK = /^\uFEFF/;

function decodeValue({ value }: RawMessage): { json: unknown; error: FieldError | null } {
  const invalid = (why: string) => ({ json: undefined, error: { field: 'value', reason: why } });
  if (value === null || value === undefined) return invalid('is missing: it must be JSON');
  if (value.byteLength > MESSAGE_BYTES_MAX) {
    return invalid(`must be no longer than ${MESSAGE_BYTES_MAX} bytes; it has ${value.byteLength}`);
  }
  const written = decodeUtf8(value)?.replace(BYTE_ORDER_MARK, '') ?? null;
  if (written === null) return invalid('must be UTF-8 text');
  const json = parseJson(written);
  if (json === undefined) return invalid('must be JSON');
  const error = duplicateFieldError(written);
  return { json: error === null ? json : undefined, error };
}
