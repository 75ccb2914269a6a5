import type { Answer, LedgerCommand, RefusalDetails } from '#ledger';
import type { OutcomeCode } from './refusal-codes.js';
import { MESSAGE_REFUSAL_CODES, OUTCOME_CODES, REFUSAL_CODES } from './refusal-codes.js';
import { refusalMessage } from './refusal-messages.js';
import { OUTCOME_CE_TYPE } from './protocol-names.js';
import { parseOutcome, toInvalidOutcome, toOutcome, type CommandOutcome } from './outcome.js';
import { outcomeMessage } from './outgoing-message.js';

const userId = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

const command: LedgerCommand = {
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  userId,
  source: '/billing',
  id: 'order-7781',
  commandId: '8aaffb55-a36a-579c-a3d2-837f3d3a60c1',
  digest: '6a2b0df8deda9a31e266813e63d62cad32bc9a2b0dfeb591c06b991002f09eab',
  at: '2030-01-01T00:00:00.000Z',
  sourceType: 'tts',
  points: 12,
  sourceId: null,
  duration: null,
  consumptionId: 'order-7781',
  settleWithin: null,
};

const accepted: Answer = {
  status: 'accepted',
  code: null,
  details: null,
  balance: 940,
  owed: 0,
  points: 12,
  collected: null,
  uncollected: null,
  consumptionId: 'order-7781',
  rechargeId: null,
  batchId: null,
  revision: 7,
  replayed: false,
};

const outcome: CommandOutcome = {
  command_id: 'order-7781',
  command_source: '/billing',
  command_type: 'ConsumePoints',
  user_id: userId,
  status: 'accepted',
  code: null,
  detail: null,
  balance: 940,
  owed: 0,
  points: 12,
  collected: null,
  uncollected: null,
  consumption_id: 'order-7781',
  recharge_id: null,
  batch_id: null,
  position: 'pg-7',
  replayed: false,
};

describe('an outcome', () => {
  it('contains the answer in the published fields', () => {
    expect(toOutcome(command, accepted, 'pg-7')).toEqual(outcome);
  });

  it('of a refusal contains the reason as a sentence', () => {
    const details = { balance: 5, asked: 12 };
    const refused = {
      ...accepted,
      points: null,
      status: 'refused',
      code: 'InsufficientPoints',
      details,
    } as const;
    expect(toOutcome(command, { ...refused, balance: 5, replayed: true }, 'pg-7')).toEqual({
      ...outcome,
      status: 'refused',
      code: 'InsufficientPoints',
      detail:
        'The balance is 5 points, and 12 were requested; to try again, send it with a new id.',
      balance: 5,
      points: null,
      replayed: true,
    });
  });

  it('tells what was moved, collected, owed and uncollected', () => {
    const settled = { ...command, type: 'SettleConsumption', points: 137 } as const;
    const owing = { ...accepted, balance: 0, points: 100, owed: 30, uncollected: 7 };
    expect(toOutcome(settled, owing, 'pg-7')).toMatchObject({
      command_type: 'SettleConsumption',
      points: 100,
      owed: 30,
      collected: null,
      uncollected: 7,
    });
    const own = { expiresAt: null, priority: 50, rechargeId: null };
    const recharge = { ...command, ...own, type: 'RechargePoints', points: 50 } as const;
    const paid = { ...accepted, points: 50, collected: 30, rechargeId: 'order-1', batchId: 9 };
    expect(toOutcome(recharge, paid, 'pg-8')).toMatchObject({
      command_type: 'RechargePoints',
      points: 50,
      collected: 30,
      recharge_id: 'order-1',
      batch_id: 9,
    });
  });

  it('of an invalid message names every invalid field', () => {
    const sender = { source: '/billing', id: 'x', userId, traceparent: null };
    const faults = [
      { field: 'points', reason: 'must be a whole number from 1 to 1,000,000,000' },
      { field: 'expires_at', reason: 'is missing' },
    ];
    const invalid = toInvalidOutcome({ ...sender, type: 'RechargePoints' }, faults);
    expect(invalid).toEqual({
      ...outcome,
      command_id: 'x',
      command_type: 'RechargePoints',
      status: 'invalid',
      code: 'Invalid',
      detail: 'points must be a whole number from 1 to 1,000,000,000; expires_at is missing',
      balance: null,
      owed: null,
      points: null,
      consumption_id: null,
      position: null,
    });
    expect(parseOutcome(invalid)).toEqual({ ok: true, value: invalid });
  });

  it('travels as a CloudEvent in binary mode', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { key, value, headers } = outcomeMessage(
      outcome,
      '44c1c0da-842e-5fe9-982f-daf4f631f844',
      traceparent,
    );
    expect(key).toBe(userId);
    expect(headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '44c1c0da-842e-5fe9-982f-daf4f631f844',
      ce_source: 'points-ledger',
      ce_type: OUTCOME_CE_TYPE,
      ce_traceparent: traceparent,
    });
    expect(parseOutcome(JSON.parse(value))).toEqual({ ok: true, value: outcome });
    expect(outcomeMessage(outcome, 'id', null).headers).not.toHaveProperty('ce_traceparent');
  });

  it('that was altered is rejected', () => {
    const bent = { ...outcome, status: 'perhaps', code: 'Unheard', balance: -1, replayed: 'no' };
    const parsed = parseOutcome(bent);
    expect(parsed.ok ? [] : parsed.errors.map(({ field }) => field)).toEqual([
      'status',
      'code',
      'balance',
      'replayed',
    ]);
  });
});

describe('the message of a refusal', () => {
  const consumptionId = 'job-1';
  const details: Record<Exclude<OutcomeCode, 'Invalid'>, RefusalDetails> = {
    AlreadyExpired: { expiresAt: '2001-01-01T00:00:00.000Z' },
    BalanceLimit: { balance: 7, held: 8, asked: 9 },
    TooManyBatches: {},
    ConsumptionIdReused: { consumptionId },
    TooManyOpen: {},
    InsufficientPoints: { balance: 7, asked: 9 },
    UnknownConsumption: { consumptionId },
    ConsumptionClosed: { consumptionId },
    DurationNotAllowed: { sourceType: 'polish' },
    NothingToRefund: { consumptionId },
    RefundExceedsConsumption: { refundable: 7, asked: 9 },
    ConsumptionOpen: { consumptionId },
    UnknownBusiness: { sourceType: 'song' },
    QuantityNotAllowed: { sourceType: 'tts' },
    QuantityMissing: { sourceType: 'chat' },
    NoPrice: { sourceType: 'polish' },
    NothingToCharge: {},
    PriceTooHigh: {},
    ConsumptionTimedOut: { consumptionId },
    HoldTooLong: { latest: '2030-01-31T00:00:00.000Z' },
    RechargeIdReused: { rechargeId: 'order-1', batchId: 77 },
    UnknownRecharge: { rechargeId: 'order-1' },
    NothingToReverse: { rechargeId: 'order-1' },
    ReversalExceedsRecharge: { reversible: 7, asked: 9 },
    NothingToReinstate: { rechargeId: 'order-1' },
    ReinstatementExceedsReversal: { reversed: 7, asked: 9 },
    TooManySlices: { points: 7 },
    CommandIdReused: {},
    TooLate: {},
    NotTakenOver: {},
  };

  it('exists for every code', () => {
    expect([...OUTCOME_CODES].sort()).toEqual([...Object.keys(details), 'Invalid'].sort());
  });

  it.each([...REFUSAL_CODES, ...MESSAGE_REFUSAL_CODES])('contains all details of %s', (code) => {
    const detail = refusalMessage(code, details[code]);
    for (const value of Object.values(details[code])) expect(detail).toContain(String(value));
    expect(detail).not.toMatch(/undefined|unknown/);
    expect(detail).toMatch(/^[A-Z0-9].*\.$/);
  });

  it.each(REFUSAL_CODES)('says that a retry of %s needs a new id', (code) => {
    expect(refusalMessage(code, details[code])).toMatch(/; to try again, send it with a new id\.$/);
  });

  it('tells what is owed where the rules know debts', () => {
    const details = { balance: 0, asked: 9, owed: 0 };
    expect(refusalMessage('InsufficientPoints', details)).not.toContain('owed');
    expect(refusalMessage('InsufficientPoints', { ...details, owed: 30 })).toBe(
      'The balance is 0 points, and 9 were requested; 30 points are owed; to try again, send it with a new id.',
    );
  });

  it('copes with details that an old event lacks', () => {
    expect(refusalMessage('InsufficientPoints', null)).toMatch(/balance is unknown/);
  });
});
