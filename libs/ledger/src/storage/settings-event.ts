import { RULES_NUMBERS, type PublishedSettings } from '../settings/settings.js';
import { contentFaults } from '../settings/validate-settings.js';
import {
  fieldChecksOf,
  invalidFields,
  optional,
  positiveNumber,
  text,
  time,
} from './field-checks.js';
import type { SerializedEvent } from './codec.js';
import { UnknownEvent, assertValidFields, parseJson } from './unreadable-event.js';

// The event of the stream of the settings. It is chained, stored, anchored and exported like any other,
// and makes no row.

const TYPE = 'SettingsPublished';
const VERSION = 1;

/** What stands in the `meta` of a version: the request that published it. */
export interface SettingsOrigin {
  readonly correlation: string;
  readonly traceparent?: string;
}

/** Canonical JSON, as that of an account's event is. */
export function serializeSettings(
  settings: PublishedSettings,
  { correlation, traceparent }: SettingsOrigin,
): SerializedEvent {
  const { version, from, at, by, note, rules, policy, businesses, notices } = settings;
  const data = { version, from, at, by, note, rules, policy, businesses, notices };
  const meta = {
    correlation,
    ...(traceparent !== undefined && { traceparent }),
    v: VERSION,
  };
  const event = { type: TYPE, ...data };
  return { type: TYPE, data: JSON.stringify(event), meta: JSON.stringify(meta) };
}

const META = fieldChecksOf({
  correlation: text,
  traceparent: optional(text),
  v: (value) => value === VERSION,
});

/** What every version of the settings says, whatever its rules are. */
const HEADER = fieldChecksOf({
  type: (value) => value === TYPE,
  version: positiveNumber,
  from: time,
  at: time,
  rules: positiveNumber,
});

export type StoredSettings =
  | {
      readonly kind: 'known';
      readonly settings: PublishedSettings;
      readonly origin: SettingsOrigin;
    }
  /** Of rules that this build does not know, so that it can't judge the rest. */
  | {
      readonly kind: 'unknown';
      readonly version: number;
      readonly from: string;
      readonly rules: number;
    };

export function parseSettings({ type, data, meta }: SerializedEvent): StoredSettings {
  if (type !== TYPE) throw new UnknownEvent(`unknown type ${type}`);
  const origin = parseJson(meta, 'meta');
  assertValidFields(invalidFields(META, origin), 'meta');
  const parsed = parseJson(data, 'data');
  assertValidFields(invalidFields(HEADER, parsed), TYPE);
  const { version, from, at, by, note, rules, policy, businesses, notices } =
    parsed as PublishedSettings;
  if (!RULES_NUMBERS.includes(rules)) return { kind: 'unknown', version, from, rules };
  const faults = contentFaults({ ...(parsed as object) }, [], rules);
  assertValidFields(
    faults.map(({ field }) => field),
    TYPE,
  );
  const { correlation, traceparent } = origin as SettingsOrigin;
  return {
    kind: 'known',
    settings: { version, from, at, by, note, rules, policy, businesses, notices },
    origin: { correlation, ...(traceparent !== undefined && { traceparent }) },
  };
}
