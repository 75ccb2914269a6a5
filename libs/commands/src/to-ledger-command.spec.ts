import { parseCommandData } from '#contracts';
import { commandIdOf } from '#identity';
import { toLedgerCommand } from './to-ledger-command.js';

const user_id = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

describe('a command for the ledger', () => {
  const at = '2030-01-01T00:00:00.000Z';
  const sent = { source: '/billing', id: 'order-1' };
  const ids = {
    ...sent,
    userId: user_id,
    commandId: commandIdOf(user_id, '/billing', 'order-1'),
    at,
  };

  function commandOf(
    type: Parameters<typeof parseCommandData>[0],
    fields: object,
    rules: 1 | 2 = 1,
  ) {
    const parsed = parseCommandData(type, { user_id, ...fields }, rules);
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
      rechargeId: null,
    });
    expect(commandOf('ConsumePoints', { points: 5, source_type: 'tts' })).toEqual({
      ...ids,
      type: 'ConsumePoints',
      digest,
      points: 5,
      sourceType: 'tts',
      sourceId: null,
      duration: null,
      quantity: null,
      consumptionId: null,
      settleWithin: null,
      overrun: null,
      onTimeout: null,
    });
    expect(commandOf('SettleConsumption', { consumption_id: 'job', points: 0 })).toEqual({
      ...ids,
      type: 'SettleConsumption',
      digest,
      consumptionId: 'job',
      points: 0,
      quantity: null,
      duration: null,
      overrun: null,
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

  it('contains every field that its sender set', () => {
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

  it('of rules 2 has its defaults filled in', () => {
    expect(commandOf('ConsumePoints', { source_type: 'chat' }, 2)).toMatchObject({
      sourceType: 'chat',
      points: null,
      quantity: null,
      overrun: null,
      onTimeout: null,
      consumptionId: null,
    });
    expect(commandOf('SettleConsumption', { consumption_id: 'job' }, 2)).toMatchObject({
      points: null,
      quantity: null,
    });
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
    const extend = { consumption_id: 'job', settle_within: 60 };
    expect(commandOf('ExtendConsumption', extend, 2)).toEqual({
      ...ids,
      type: 'ExtendConsumption',
      digest,
      consumptionId: 'job',
      settleWithin: 60,
      points: null,
      quantity: null,
      duration: null,
    });
    const reverse = { recharge_id: 'order', cause: 'mistake' };
    expect(commandOf('ReverseRecharge', reverse, 2)).toEqual({
      ...ids,
      type: 'ReverseRecharge',
      digest,
      rechargeId: 'order',
      points: null,
      cause: 'mistake',
      shortfall: 'owe',
      reason: null,
    });
    expect(commandOf('ReinstateRecharge', { recharge_id: 'order' }, 2)).toEqual({
      ...ids,
      type: 'ReinstateRecharge',
      digest,
      rechargeId: 'order',
      points: null,
      reason: null,
    });
  });

  it('of rules 2 contains every field that its sender set', () => {
    const recharge = { points: 5, expires_at: at, recharge_id: 'order' };
    expect(commandOf('RechargePoints', recharge, 2)).toMatchObject({ rechargeId: 'order' });
    const hold = { quantity: 1.5, settle_within: 60, overrun: 'cap', on_timeout: 'charge' };
    expect(commandOf('ConsumePoints', { source_type: 'chat', ...hold }, 2)).toMatchObject({
      quantity: 1.5,
      overrun: 'cap',
      onTimeout: 'charge',
    });
    const more = { consumption_id: 'job', points: 3, quantity: 2, duration: 4 };
    expect(commandOf('ExtendConsumption', more, 2)).toMatchObject({
      points: 3,
      quantity: 2,
      duration: 4,
      settleWithin: null,
    });
    const settle = { consumption_id: 'job', quantity: 2, overrun: 'refuse' };
    expect(commandOf('SettleConsumption', settle, 2)).toMatchObject({
      quantity: 2,
      overrun: 'refuse',
    });
    const part = { recharge_id: 'order', points: 3, reason: '退款' };
    const reverse = { ...part, cause: 'chargeback', shortfall: 'clamp' };
    expect(commandOf('ReverseRecharge', reverse, 2)).toMatchObject({
      points: 3,
      cause: 'chargeback',
      shortfall: 'clamp',
      reason: '退款',
    });
    expect(commandOf('ReinstateRecharge', part, 2)).toMatchObject({ points: 3, reason: '退款' });
  });

  it('has a digest that covers every field that was told', () => {
    const digestOf = (fields: object): unknown => {
      const command = commandOf(
        'ReverseRecharge',
        { recharge_id: 'r', cause: 'mistake', ...fields },
        2,
      );
      return 'digest' in command ? command.digest : command;
    };
    const variants = [
      {},
      { points: 1 },
      { shortfall: 'owe' },
      { shortfall: 'clamp' },
      { cause: 'chargeback' },
      { reason: 'x' },
      { metadata: {} },
      { metadata: { a: 'x' } },
      { metadata: { a: 'y' } },
    ];
    expect(new Set(variants.map(digestOf)).size).toBe(variants.length);
    expect(digestOf({ metadata: { b: 'y', a: 'x' } })).toBe(
      digestOf({ metadata: { a: 'x', b: 'y' }, points: null }),
    );
  });
});
