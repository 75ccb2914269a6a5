import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { DEFAULT_POLICY } from '#ledger';
import { parseCommandData } from '../index.js';
import {
  commandUuid,
  digestOf,
  digestOfBytes,
  eventId,
  outcomeId,
  policyFingerprint,
  toLedgerCommand,
} from './index.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';
const wellFormed = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });

describe('a derived id', () => {
  it('is a UUID of version 5, as the package uuid makes them', () => {
    fc.assert(
      fc.property(fc.uuid(), wellFormed, wellFormed, (userId, source, id) => {
        const namespace = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
        expect(commandUuid(userId, source, id)).toBe(v5(`${userId}\0${source}\0${id}`, namespace));
      }),
    );
  });

  it('of an event follows from its command and its revision', () => {
    const commandId = commandUuid(user_id, '/billing', 'order-1');
    expect(eventId(commandId, 12)).toBe(v5('12', commandId));
  });

  it('of an outcome follows from what was answered to which message', () => {
    const commandId = commandUuid(user_id, '/billing', 'order-1');
    const digest = digestOfBytes(Buffer.from('{'));
    expect(outcomeId(commandId, { revision: 3, code: null, digest })).toBe(
      v5(`3::${digest}`, commandId),
    );
    expect(outcomeId(commandId, { revision: null, code: 'Invalid', digest })).toBe(
      v5(`:Invalid:${digest}`, commandId),
    );
  });
});

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
  const parsed = parseCommandData('ConsumePoints', input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return digestOf(parsed.value.type, parsed.value.data);
}

describe('the digest of a command', () => {
  it('is SHA-256 over canonical JSON of what was said', () => {
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
      const parsed = parseCommandData('RechargePoints', input);
      return parsed.ok ? digestOf(parsed.value.type, parsed.value.data) : 'bad';
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

  it('is another where a default is written out', () => {
    const said = (priority: object): string => {
      const input = { user_id, points: 5, expires_at: null, ...priority };
      const parsed = parseCommandData('RechargePoints', input);
      return parsed.ok ? digestOf(parsed.value.type, parsed.value.data) : 'bad';
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

describe('a command for the ledger', () => {
  const at = '2030-01-01T00:00:00.000Z';
  const sent = { source: '/billing', id: 'order-1' };
  const ids = {
    ...sent,
    userId: user_id,
    commandId: commandUuid(user_id, '/billing', 'order-1'),
    at,
  };

  function commandOf(type: Parameters<typeof parseCommandData>[0], fields: object) {
    const parsed = parseCommandData(type, { user_id, ...fields });
    return parsed.ok ? toLedgerCommand({ ...parsed.value, ...sent }, at) : parsed;
  }

  it('has its defaults filled in', () => {
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
    expect(commandOf('RechargePoints', { points: 5, expires_at: null })).toEqual({
      ...ids,
      type: 'RechargePoints',
      digest,
      points: 5,
      expiresAt: null,
      priority: 50,
      sourceId: null,
    });
    expect(commandOf('ConsumePoints', { points: 5, source_type: 'tts' })).toEqual({
      ...ids,
      type: 'ConsumePoints',
      digest,
      points: 5,
      sourceType: 'tts',
      sourceId: null,
      duration: null,
      consumptionId: 'order-1',
      settleWithin: null,
    });
    expect(commandOf('SettleConsumption', { consumption_id: 'job', points: 0 })).toEqual({
      ...ids,
      type: 'SettleConsumption',
      digest,
      consumptionId: 'job',
      points: 0,
      duration: null,
    });
    expect(commandOf('RefundPoints', { consumption_id: 'job' })).toEqual({
      ...ids,
      type: 'RefundPoints',
      digest,
      consumptionId: 'job',
      points: null,
      reason: null,
    });
    expect(commandOf('ExpirePoints', {})).toEqual({ ...ids, type: 'ExpirePoints', digest });
  });

  it('says everything that its sender said', () => {
    const recharge = { points: 5, expires_at: at, priority: 0, source_id: 'order' };
    const consume = {
      points: 5,
      source_type: 'video',
      source_id: 'task',
      duration: 1.5,
      consumption_id: 'job',
      settle_within: 60,
    };
    const settle = { consumption_id: 'job', points: 3, duration: 2 };
    const refund = { consumption_id: 'job', points: 3, reason: '生成失败' };
    expect(commandOf('RechargePoints', recharge)).toMatchObject({
      expiresAt: at,
      priority: 0,
      sourceId: 'order',
    });
    expect(commandOf('ConsumePoints', consume)).toMatchObject({
      sourceType: 'video',
      sourceId: 'task',
      duration: 1.5,
      consumptionId: 'job',
      settleWithin: 60,
    });
    expect(commandOf('SettleConsumption', settle)).toMatchObject({ points: 3, duration: 2 });
    expect(commandOf('RefundPoints', refund)).toMatchObject({ points: 3, reason: '生成失败' });
  });
});
