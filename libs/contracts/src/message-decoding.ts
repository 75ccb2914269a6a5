import { z } from 'zod';
import { ID_MAX } from '#ledger';
import type { Fault } from './field-error.js';
import { oneOf, reason, text, time } from './fields.js';
import { headerOf, jsonOf, textOf, type RawMessage } from './raw-message.js';
import {
  COMMAND_CE_TYPES,
  COMMAND_TYPE_OF,
  MESSAGE_BYTES_MAX,
  type CommandCeType,
} from './wire-names.js';
import { faultOfRepeatedName } from './duplicate-field.js';
import { commandSource } from './command-source.js';

/** The attributes of CloudEvents 1.0 that count here. */
export const envelope = z.object({
  specversion: z.literal('1.0', reason('1.0')),
  id: text(ID_MAX),
  source: commandSource,
  type: oneOf<CommandCeType>(Object.values(COMMAND_CE_TYPES)).transform(
    (ceType) => COMMAND_TYPE_OF[ceType],
  ),
  time: time().nullish(),
  traceparent: z.unknown().optional(),
});

export interface OpenedMessage {
  /** As they came, not yet checked; null: they can't be read. */
  readonly attributes: Readonly<Partial<Record<keyof z.infer<typeof envelope>, unknown>>> | null;
  /** What stands before the names of attributes where they stand. */
  readonly prefix: 'ce_' | '';
  /** Whether the value is JSON, of a length that is allowed. */
  readonly isJson: boolean;
  readonly data: unknown;
  readonly faults: readonly Fault[];
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const STRUCTURED_TYPE = /^application\/cloudevents\+json\s*(?:;|$)/i;

/** Binary mode has the envelope in headers, structured mode around the data. */
export function openMessage(message: RawMessage): OpenedMessage {
  const contentType = headerOf(message, 'content-type');
  return typeof contentType === 'string' && STRUCTURED_TYPE.test(contentType)
    ? openStructured(message)
    : openBinary(message, contentType);
}

function openBinary(message: RawMessage, contentType: string | null | undefined): OpenedMessage {
  const { json: data, fault } = readValue(message);
  const faults = fault === null ? [] : [fault];
  if (contentType === null || (contentType !== undefined && !JSON_TYPE.test(contentType))) {
    const must = 'must be application/json or application/cloudevents+json';
    faults.push({ field: 'content-type', reason: must });
  }
  const attributes = {
    specversion: headerOf(message, 'ce_specversion'),
    id: headerOf(message, 'ce_id'),
    source: headerOf(message, 'ce_source'),
    type: headerOf(message, 'ce_type'),
    time: headerOf(message, 'ce_time'),
    traceparent: headerOf(message, 'ce_traceparent'),
  };
  return { attributes, prefix: 'ce_', isJson: fault === null, data, faults };
}

function openStructured(message: RawMessage): OpenedMessage {
  const { json, fault } = readValue(message);
  const unread = { attributes: null, prefix: '', isJson: fault === null, data: undefined } as const;
  if (fault !== null) return { ...unread, faults: [fault] };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const must = 'must be a JSON object: a CloudEvent in structured mode';
    return { ...unread, faults: [{ field: 'value', reason: must }] };
  }
  const event: Readonly<Record<string, unknown>> = { ...json };
  return { ...unread, attributes: event, data: event['data'], faults: faultsOfDataForm(event) };
}

function faultsOfDataForm(event: Readonly<Record<string, unknown>>): readonly Fault[] {
  const faults: Fault[] = [];
  const { data_base64: inBase64 = null, datacontenttype: type = null } = event;
  if (inBase64 !== null) {
    const must = 'must be left out: the data must stand as JSON under data';
    faults.push({ field: 'data_base64', reason: must });
  }
  if (type !== null && !(typeof type === 'string' && JSON_TYPE.test(type))) {
    faults.push({ field: 'datacontenttype', reason: 'must be application/json, or be left out' });
  }
  return faults;
}

/** Some libraries write it before JSON; it is no part of what is said. */
const BYTE_ORDER_MARK = /^\uFEFF/;

function readValue({ value }: RawMessage): { json: unknown; fault: Fault | null } {
  const bad = (why: string) => ({ json: undefined, fault: { field: 'value', reason: why } });
  if (value === null || value === undefined) return bad('is missing: it must be JSON');
  if (value.byteLength > MESSAGE_BYTES_MAX) {
    return bad(`must be no longer than ${MESSAGE_BYTES_MAX} bytes; it has ${value.byteLength}`);
  }
  const written = textOf(value)?.replace(BYTE_ORDER_MARK, '') ?? null;
  if (written === null) return bad('must be UTF-8 text');
  const json = jsonOf(written);
  if (json === undefined) return bad('must be JSON');
  const fault = faultOfRepeatedName(written);
  return { json: fault === null ? json : undefined, fault };
}
