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
});
