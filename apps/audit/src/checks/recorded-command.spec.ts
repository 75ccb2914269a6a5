import { createHash } from 'node:crypto';
import { commandDigest, commandIdOf, digestedData } from '#identity';
import type { CommandType, LedgerEvent, RulesNumber } from '#ledger';
import { recordedCommand } from './recorded-command.js';

const USER = '0a000000-0000-4000-8000-000000000001';
const AT = '2030-01-01T12:00:00.000Z';

/** What is read back from the data that stand with the first event of a command. */
function read(
  type: CommandType,
  data: object | undefined,
  {
    form = 2,
    digest = commandDigest(type, data ?? {}),
    userId = USER,
  }: { readonly form?: RulesNumber; readonly digest?: string; readonly userId?: string } = {},
) {
  const commandId = commandIdOf(USER, '/spec', 'x');
  const event = { type: 'PointsExpired', commandId, digest, receivedAt: AT } as LedgerEvent;
  const provenance = {
    command: { source: '/spec', id: 'x', type },
    correlation: '',
    ...(data && { data: digestedData(data) }),
  };
  return recordedCommand(userId, { first: 0, events: [event], provenance }, form);
}

const faultOf = (...args: Parameters<typeof read>) => {
  const found = read(...args);
  return found.kind === 'fault' ? found.fault : null;
};

describe('recordedCommand', () => {
  it('reads a command back from its data, with what it left out', () => {
    const data = { user_id: USER, points: 5, expires_at: null, metadata: { a: 'b' } };
    expect(read('RechargePoints', data)).toEqual({
      kind: 'command',
      command: {
        type: 'RechargePoints',
        userId: USER,
        source: '/spec',
        id: 'x',
        commandId: commandIdOf(USER, '/spec', 'x'),
        digest: commandDigest('RechargePoints', data),
        at: AT,
        points: 5,
        expiresAt: null,
        priority: 50,
        sourceId: null,
        rechargeId: null,
      },
    });
  });

  it.each<[CommandType, object, object]>([
    ['ConsumePoints', { source_type: 'chat', quantity: 2 }, { points: null, quantity: 2 }],
    ['ExtendConsumption', { consumption_id: 'c', settle_within: 60 }, { settleWithin: 60 }],
    ['SettleConsumption', { consumption_id: 'c', duration: 3 }, { overrun: null, duration: 3 }],
    ['RefundPoints', { consumption_id: 'c' }, { points: null, reason: null }],
    ['ReverseRecharge', { recharge_id: 'r', cause: 'mistake' }, { shortfall: 'owe' }],
    ['ReinstateRecharge', { recharge_id: 'r', points: 2 }, { rechargeId: 'r', points: 2 }],
    ['ExpirePoints', {}, {}],
  ])('reads a %s', (type, data, expected) => {
    const found = read(type, { user_id: USER, ...data });
    expect(found).toMatchObject({ kind: 'command', command: { type, ...expected } });
  });

  it('requires data, and the digest that follows from them', () => {
    expect(faultOf('ExpirePoints', undefined)).toEqual({
      kind: 'digest-not-derived',
      detail: 'the data of its command are missing',
    });
    const digest = '0'.repeat(64);
    expect(faultOf('ExpirePoints', { user_id: USER }, { digest })).toEqual({
      kind: 'digest-not-derived',
      detail: `that of its data is ${commandDigest('ExpirePoints', { user_id: USER })}, it says ${digest}`,
    });
  });

  it.each<[string, object]>([
    ['in another order', { user_id: USER, consumption_id: 'c' }],
    ['with a field that is null', { consumption_id: 'c', reason: null, user_id: USER }],
    [
      'written otherwise than the edge reads them',
      { consumption_id: 'c', user_id: USER.toUpperCase() },
    ],
  ])('requires data of which a digest is made: not %s, whatever digest they have', (_, data) => {
    const type = 'RefundPoints';
    const digest = createHash('sha256')
      .update(`{"data":${JSON.stringify(data)},"type":"${type}"}`)
      .digest('hex');
    const commandId = commandIdOf(USER, '/spec', 'x');
    const event = { type: 'PointsExpired', commandId, digest, receivedAt: AT } as LedgerEvent;
    const command = { source: '/spec', id: 'x', type } as const;
    const provenance = { command, correlation: '', data: data as Record<string, unknown> };
    expect(recordedCommand(USER, { first: 0, events: [event], provenance }, 2)).toEqual({
      kind: 'fault',
      fault: {
        kind: 'digest-not-derived',
        detail: `its data are not as a digest covers them, but {"consumption_id":"c","user_id":"${USER}"} is`,
      },
    });
  });

  it('requires data that the edge would have let pass, by the rules in force then', () => {
    const data = { user_id: USER, points: 5, expires_at: null, recharge_id: 'order' };
    expect(faultOf('RechargePoints', data)).toBeNull();
    expect(faultOf('RechargePoints', data, { form: 1 })).toMatchObject({
      kind: 'rule-broken',
      detail: expect.stringMatching(/^data of no RechargePoints: recharge_id /) as string,
    });
    expect(faultOf('ReverseRecharge', { user_id: USER }, { form: 1 })).toMatchObject({
      kind: 'rule-broken',
      detail: expect.stringMatching(/^data of no ReverseRecharge: type must be one of/) as string,
    });
    expect(
      faultOf('ConsumePoints', { user_id: USER, points: 0, source_type: 'tts' })?.detail,
    ).toMatch(/^data of no ConsumePoints: points /);
  });

  it('requires the user of the account', () => {
    const userId = '7b000000-0000-4000-8000-000000000002';
    expect(faultOf('ExpirePoints', { user_id: USER }, { userId })).toEqual({
      kind: 'rule-broken',
      detail: `its command is for user ${USER}`,
    });
  });
});
