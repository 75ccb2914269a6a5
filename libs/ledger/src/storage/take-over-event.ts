import {
  fieldChecksOf,
  invalidFields,
  isObject,
  matching,
  optional,
  possiblyEmptyListOf,
  text,
  time,
  type FieldChecks,
  type Schema,
} from './field-checks.js';
import type { SerializedEvent } from './codec.js';
import { UUID } from './patterns.js';
import { IMPORT_ID } from './schema-import.js';
import type { SettingsOrigin } from './settings-event.js';
import { UnknownEvent, UnreadableEvent, assertValidFields, parseJson } from './unreadable-event.js';
import type {
  AccountLeft,
  TakeOverEvent,
  TakeOverFinished,
  TakeOverStarted,
} from '../settings/take-over.js';

// The events of the stream of take-overs, which holds for all accounts. They are chained, stored, anchored
// and exported like any other, and make no row.

const VERSION = 1;

export function serializeTakeOver(
  event: TakeOverEvent,
  { correlation, traceparent }: SettingsOrigin,
): SerializedEvent {
  const meta = { correlation, ...(traceparent !== undefined && { traceparent }), v: VERSION };
  return { type: event.type, data: JSON.stringify(event), meta: JSON.stringify(meta) };
}

const META = fieldChecksOf({
  correlation: text,
  traceparent: optional(text),
  v: (value) => value === VERSION,
});

const common = { type: text, importId: matching(IMPORT_ID), at: time, by: text };

const startedSchema: Schema<TakeOverStarted> = { ...common, mapping: isObject, from: time };

const leftSchema: Schema<AccountLeft> = { userId: matching(UUID), points: Number.isSafeInteger };
const finishedSchema: Schema<TakeOverFinished> = {
  ...common,
  left: possiblyEmptyListOf(leftSchema),
};

const SCHEMAS: ReadonlyMap<string, FieldChecks> = new Map(
  Object.entries({
    TakeOverStarted: fieldChecksOf(startedSchema),
    TakeOverFinished: fieldChecksOf(finishedSchema),
  } satisfies Record<TakeOverEvent['type'], FieldChecks>),
);

export function parseTakeOver({ type, data, meta }: SerializedEvent): TakeOverEvent {
  const checks = SCHEMAS.get(type);
  if (checks === undefined) throw new UnknownEvent(`unknown type ${type}`);
  assertValidFields(invalidFields(META, parseJson(meta, 'meta')), 'meta');
  const parsed = parseJson(data, 'data');
  assertValidFields(invalidFields(checks, parsed), type);
  const event = parsed as TakeOverEvent;
  if (event.type !== type) {
    throw new UnreadableEvent(`its data says it is ${event.type}, the store ${type}`);
  }
  return event;
}
