import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { parseCommandData } from '#contracts';
import { DEFAULT_POLICY } from '#ledger';
import {
  commandDigest,
  digestedData,
  importDigest,
  policyFingerprint,
  rowsDigest,
} from './digest.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });

const anyConsumption = fc.record(
  {
    user_id: fc.uuid(),
    points: fc.integer({ min: 1, max: 1_000_000_000 }),
    source_type: fc.constantFrom('tts', 'video'),
    source_id: fc.option(
      wellFormed.filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text) && [...text].length < 65),
    ),
    duration: fc.option(fc.double({ min: 0, max: 10_000_000, noNaN: true })),
    settle_within: fc.option(fc.integer({ min: 1, max: 604_800 })),
  },
  { requiredKeys: ['user_id', 'points', 'source_type'] },
);

function digestOfInput(input: object): string {
  const parsed = parseCommandData('ConsumePoints', input, 1);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return commandDigest(parsed.value.type, parsed.value.data);
}

interface VectorUser {
  readonly events: readonly { readonly digest: string }[];
  readonly dataOfEvents: readonly (object | null)[];
}

interface Vector {
  readonly steps: readonly {
    readonly command: { readonly type: string };
    readonly outcome: { readonly digest: string | null };
  }[];
  readonly users: Readonly<Record<string, VectorUser>>;
}

const VECTORS = join(import.meta.dirname, '../../../test/vectors/rules-2');
const vectors = readdirSync(VECTORS).filter((file) => file.endsWith('.json'));

describe('what a digest covers', () => {
  it.each(vectors)('is the data that an independent model keeps of a command, in %s', (file) => {
    const { steps, users } = JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as Vector;
    const types = new Map(steps.map(({ command, outcome }) => [outcome.digest, command.type]));
    for (const { events, dataOfEvents } of Object.values(users)) {
      for (const [place, { digest }] of events.entries()) {
        const data = dataOfEvents[place];
        if (data == null) continue;
        expect(commandDigest(types.get(digest)!, data)).toBe(digest);
        expect(JSON.stringify(digestedData(data))).toBe(canonicalize(data));
      }
    }
  });

  it('has the metadata sorted too, and none of the fields that are null', () => {
    const metadata = { job_id: 'j', a: '1' };
    const data = digestedData({ user_id, points: 5, metadata, source_id: null });
    expect(JSON.stringify(data)).toBe(
      `{"metadata":{"a":"1","job_id":"j"},"points":5,"user_id":"${user_id}"}`,
    );
  });
});

describe('the digest of a command', () => {
  it('is the SHA-256 of the canonical JSON of type and data', () => {
    fc.assert(
      fc.property(anyConsumption, (input) => {
        const said = Object.entries(input).filter(([, value]) => value !== null);
        const canonical = canonicalize({ data: Object.fromEntries(said), type: 'ConsumePoints' });
        expect(digestOfInput(input)).toBe(
          createHash('sha256')
            .update(canonical ?? '')
            .digest('hex'),
        );
      }),
    );
  });

  it('does not depend on the order of fields, the case of the user or the offset of a time', () => {
    const recharge = (input: object): string => {
      const parsed = parseCommandData('RechargePoints', input, 1);
      return parsed.ok ? commandDigest(parsed.value.type, parsed.value.data) : 'bad';
    };
    const digest = recharge({ user_id, points: 5, expires_at: '2030-01-31T00:00:00.000Z' });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(
      recharge({
        expires_at: '2030-01-31T08:00:00.0001+08:00',
        points: 5.0,
        priority: null,
        user_id: user_id.toUpperCase(),
      }),
    ).toBe(digest);
  });

  it('differs when a default is written out', () => {
    const said = (priority: object): string => {
      const input = { user_id, points: 5, expires_at: null, ...priority };
      const parsed = parseCommandData('RechargePoints', input, 1);
      return parsed.ok ? commandDigest(parsed.value.type, parsed.value.data) : 'bad';
    };
    expect(said({ priority: 50 })).not.toBe(said({}));
  });
});

describe('the fingerprint of a policy', () => {
  it('depends on its limits, not on their order', () => {
    const print = policyFingerprint(DEFAULT_POLICY);
    const backwards = Object.fromEntries(Object.entries(DEFAULT_POLICY).reverse());
    expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(policyFingerprint({ ...DEFAULT_POLICY, ...backwards })).toBe(print);
    expect(policyFingerprint(backwards as unknown as typeof DEFAULT_POLICY)).toBe(print);
    expect(policyFingerprint({ ...DEFAULT_POLICY, rememberDays: 9 })).not.toBe(print);
  });
});

const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const all = createHash('sha256');
  for (const part of parts) all.update(part);
  return all.digest();
};

const scalars = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  wellFormed,
);
const nested = fc.dictionary(
  wellFormed,
  fc.oneof(scalars, fc.array(scalars), fc.array(fc.dictionary(wellFormed, fc.array(scalars)))),
);

function expectCanonical(fields: object): void {
  const canonical = canonicalize({ data: fields, type: 'AccountOpened' }) ?? '';
  expect(importDigest('AccountOpened', fields)).toBe(sha256(canonical).toString('hex'));
}

describe('the digest of an event of a take-over', () => {
  it('covers the canonical JSON of all its fields, nulls too, and its type', () => {
    fc.assert(fc.property(nested, expectCanonical));
  });

  it.each(['{" ":1,"10":2,"9":[{"b":[],"a":[]}]}', '{" ":[{"__proto__":[]}]}'])(
    'has the names in their order, whatever an object makes of them: %s',
    (text) => {
      expectCanonical(JSON.parse(text) as object);
    },
  );
});

describe('the digest of legacy rows', () => {
  it('is that of the digests of their canonical JSON, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(scalars)), (rows) => {
        const each = rows.map((row) => sha256(canonicalize(row) ?? ''));
        expect(rowsDigest(rows)).toBe(sha256(...each).toString('hex'));
      }),
    );
  });
});
