import fc from 'fast-check';
import { toLedgerCommand } from '#commands';
import { COMMAND_TYPES } from './protocol-names.js';
import { parseCommandMessage } from './command-message.js';
import { commandTypesOf, parseCommandData } from './command-data.js';
import type { FieldError } from './field-error.js';
import { parseIdempotencyKey } from './idempotency-key.js';

import { parseOutcome } from './outcome.js';

// Any input is parsed to a typed value or to named errors, and nothing is thrown.
const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const fieldNames = [
  'user_id',
  'points',
  'expires_at',
  'priority',
  'source_id',
  'source_type',
  'duration',
  'consumption_id',
  'settle_within',
  'reason',
  'quantity',
  'overrun',
  'on_timeout',
  'recharge_id',
  'cause',
  'shortfall',
  'metadata',
  '__proto__',
  'constructor',
  'toJSON',
  'valueOf',
];
const anyText = fc.string({ unit: 'binary' });
const likely = fc.constantFrom<unknown>(
  user_id,
  user_id.toUpperCase(),
  1,
  5.5,
  -0,
  2 ** 53,
  '5',
  null,
  'tts',
  'script',
  '',
  '2030-01-31T00:00:00Z',
  '2030-02-30T00:00:00Z',
  'owe',
  'cap',
  'charge',
  'mistake',
  { job: 'j-1' },
  '\ud800',
  '\0',
);
const anyValue = fc.oneof(likely, anyText, fc.double(), fc.jsonValue(), fc.anything());
const anyData = fc.oneof(fc.dictionary(fc.constantFrom(...fieldNames), anyValue), fc.anything());

const anyBytes = fc.uint8Array({ maxLength: 200 });
const anyHeader = fc.oneof(
  fc.constantFrom(
    '1.0',
    '/billing',
    'application/json',
    'application/cloudevents+json',
    ...COMMAND_TYPES.map((type) => `points.${type}.v1`),
  ),
  anyText,
  anyBytes,
  fc.array(fc.oneof(anyText, anyBytes)),
  fc.constantFrom(null, undefined),
);
const anyHeaders = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_source',
    'ce_type',
    'ce_time',
    'ce_traceparent',
    '__proto__',
  ),
  anyHeader,
);

const asBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');
const anyEvent = fc.record(
  {
    specversion: fc.oneof(fc.constant('1.0'), fc.jsonValue()),
    id: fc.oneof(anyText, fc.jsonValue()),
    source: fc.oneof(fc.constant('/billing'), fc.jsonValue()),
    type: fc.oneof(
      fc.constantFrom(...COMMAND_TYPES.map((type) => `points.${type}.v1`)),
      fc.jsonValue(),
    ),
    time: fc.jsonValue(),
    data: fc.dictionary(fc.constantFrom(...fieldNames), fc.oneof(likely, fc.jsonValue())),
    data_base64: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const anyMessage = fc.record(
  {
    key: fc.oneof(fc.constant(user_id), anyText, anyBytes, fc.constant(null)),
    value: fc.oneof(
      anyBytes,
      anyEvent.map(asBytes),
      fc.dictionary(fc.constantFrom(...fieldNames), fc.oneof(likely, fc.jsonValue())).map(asBytes),
      fc.json().map((text) => Buffer.from(text)),
      fc.constant(null),
    ),
    headers: anyHeaders,
  },
  { requiredKeys: [] },
);

/** Good, or at least one fault, and none without a name, without a reason or named twice. */
function isAnswered(
  parsed: { readonly ok: true } | { readonly ok: false; readonly errors: readonly FieldError[] },
): boolean {
  if (parsed.ok) return true;
  const names = parsed.errors.map(({ field }) => field);
  return (
    names.length > 0 &&
    new Set(names).size === names.length &&
    parsed.errors.every(({ field, reason }) => field !== '' && reason !== '')
  );
}

const anyRules = fc.constantFrom(1 as const, 2 as const);

const RUNS = { numRuns: 1_000 };

describe('arbitrary input', () => {
  it('as a message is a command or has named errors', () => {
    fc.assert(
      fc.property(anyMessage, anyRules, (message, rules) =>
        isAnswered(parseCommandMessage(message, rules)),
      ),
      RUNS,
    );
  });

  it('as a message with a known sender has the user of the command as its key', () => {
    fc.assert(
      fc.property(anyEvent, anyMessage, anyRules, (event, message, rules) => {
        const good = { specversion: '1.0', id: 'x', source: '/a', type: 'points.RefundPoints.v1' };
        const data = { ...event.data, user_id };
        const parsed = parseCommandMessage(
          {
            key: message.key ?? user_id,
            value: asBytes({ ...event, ...good, data }),
            headers: { 'content-type': 'application/cloudevents+json' },
          },
          rules,
        );
        const isKeyRight = (message.key ?? user_id) === user_id;
        const user = parsed.ok ? parsed.value.data.user_id : parsed.sender?.userId;
        expect(user).toBe(isKeyRight ? user_id : undefined);
      }),
      RUNS,
    );
  });

  it('as data is a command of the ledger or has named errors', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMMAND_TYPES), anyData, anyRules, (type, data, rules) => {
        const parsed = parseCommandData(type, data, rules);
        if (!parsed.ok) return isAnswered(parsed);
        const sent = { ...parsed.value, source: '/billing', id: 'x' };
        const { digest, commandId } = toLedgerCommand(sent, '2030-01-01T00:00:00.000Z');
        return digest.length === 64 && commandId.length === 36;
      }),
      RUNS,
    );
  });

  it('that is a command of rules 1 is the same command by rules 2', () => {
    fc.assert(
      fc.property(fc.constantFrom(...commandTypesOf(1)), anyData, (type, data) => {
        const parsed = parseCommandData(type, data, 1);
        if (parsed.ok) expect(parseCommandData(type, data, 2)).toEqual(parsed);
      }),
      RUNS,
    );
  });

  it('as an outcome or an idempotency key is valid or has named errors', () => {
    fc.assert(
      fc.property(
        anyData,
        (input) => isAnswered(parseOutcome(input)) && isAnswered(parseIdempotencyKey(input)),
      ),
      RUNS,
    );
  });
});
