import type { Account, LedgerCommand } from '#ledger';
import { denialOfCommand, denialOfRecording, pointsMovedBy } from './permission-rules.js';
import { buildSender } from './testing/sender-builder.js';

const HEADER = {
  userId: '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11',
  source: '/tts',
  id: 'job-1',
  commandId: '0a6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11',
  digest: 'd',
  at: '2030-01-01T00:00:00.000Z',
};
const recharge = (points: number): LedgerCommand => ({
  ...HEADER,
  type: 'RechargePoints',
  rechargeId: null,
  points,
  expiresAt: null,
  priority: 50,
  sourceId: null,
});
const consume = (points: number, sourceType: 'tts' | 'script' = 'tts'): LedgerCommand => ({
  ...HEADER,
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  points,
  sourceType,
  sourceId: null,
  duration: null,
  settleWithin: null,
  consumptionId: 'job-1',
});
const refund = (points: number | null): LedgerCommand => ({
  ...HEADER,
  type: 'RefundPoints',
  consumptionId: 'job-0',
  points,
  reason: null,
});
const settle = (points: number): LedgerCommand => ({
  ...HEADER,
  type: 'SettleConsumption',
  quantity: null,
  overrun: null,
  duration: null,
  consumptionId: 'job-0',
  points,
});

const extend = (points: number | null): LedgerCommand => ({
  ...HEADER,
  type: 'ExtendConsumption',
  consumptionId: 'job-0',
  points,
  quantity: null,
  duration: null,
  settleWithin: 60,
});
const reverse = (points: number | null): LedgerCommand => ({
  ...HEADER,
  type: 'ReverseRecharge',
  rechargeId: 'order-1',
  points,
  cause: 'mistake',
  shortfall: 'owe',
  reason: null,
});

describe('The permission of a command by itself', () => {
  it('is given when the sender has no limits', () => {
    for (const command of [recharge(1_000_000), consume(5), refund(null), settle(7)]) {
      expect(denialOfCommand(buildSender(), command)).toBeNull();
    }
  });

  it('is denied for a type that the sender may not send, and names its types', () => {
    const sender = buildSender({ types: new Set(['ConsumePoints', 'RefundPoints']) });
    expect(denialOfCommand(sender, recharge(1))).toEqual({
      cause: 'type',
      sender: 'tts',
      detail:
        'the sender tts may not send RechargePoints: its types are ConsumePoints, RefundPoints',
    });
  });

  it('is denied for a consumption with another source type', () => {
    const sender = buildSender({ sourceTypes: new Set(['tts']) });
    expect(denialOfCommand(sender, consume(5, 'tts'))).toBeNull();
    expect(denialOfCommand(sender, consume(5, 'script'))).toMatchObject({ cause: 'source_type' });
    expect(denialOfCommand(sender, recharge(5))).toBeNull();
  });

  it('is denied for more points than the limit, and given for exactly as many', () => {
    const sender = buildSender({ pointsMax: 100 });
    expect(denialOfCommand(sender, consume(100))).toBeNull();
    expect(denialOfCommand(sender, consume(101))).toEqual({
      cause: 'points',
      sender: 'tts',
      detail: 'the sender tts may not move 101 points by one command: its points_max is 100',
    });
    expect(denialOfCommand(sender, refund(101))).toMatchObject({ cause: 'points' });
  });

  it('is denied for an extension or a reversal of more points than the limit', () => {
    const sender = buildSender({ pointsMax: 100 });
    for (const command of [extend(101), reverse(101)]) {
      expect(denialOfCommand(sender, command)).toMatchObject({ cause: 'points' });
    }
    for (const command of [extend(100), reverse(100), extend(null), reverse(null)]) {
      expect(denialOfCommand(sender, command)).toBeNull();
    }
  });

  it('is denied for an extension or a reversal that is not among its types', () => {
    const sender = buildSender({ types: new Set(['ExtendConsumption']) });
    expect(denialOfCommand(sender, extend(1))).toBeNull();
    expect(denialOfCommand(sender, reverse(1))).toMatchObject({ cause: 'type' });
  });

  it('is given for a refund without points, whose amount is known only when it is decided', () => {
    expect(denialOfCommand(buildSender({ pointsMax: 1 }), refund(null))).toBeNull();
  });
});

describe('The permission of what a command would record', () => {
  type Consumption =
    Account['consumptions'] extends ReadonlyMap<string, infer Value> ? Value : never;
  const accountWith = (sourceType: 'tts' | 'script'): Pick<Account, 'consumptions'> => ({
    consumptions: new Map([['job-0', { sourceType } as unknown as Consumption]]),
  });
  const sender = buildSender({ sourceTypes: new Set(['tts']), pointsMax: 100 });

  it('is given for a consumption of its own', () => {
    expect(denialOfRecording(sender, refund(5), 5, accountWith('tts'))).toBeNull();
    expect(denialOfRecording(sender, settle(5), 5, accountWith('tts'))).toBeNull();
  });

  it('is denied for a refund or a settlement of a consumption with another source type', () => {
    expect(denialOfRecording(sender, refund(5), 5, accountWith('script'))).toEqual({
      cause: 'source_type',
      sender: 'tts',
      detail: 'the sender tts may not refund a consumption for script: its source_types are tts',
    });
    expect(denialOfRecording(sender, settle(5), 5, accountWith('script'))?.detail).toContain(
      'may not settle a consumption for script',
    );
    expect(denialOfRecording(sender, extend(5), 5, accountWith('script'))?.detail).toContain(
      'may not extend a consumption for script',
    );
    expect(denialOfRecording(sender, extend(5), 5, accountWith('tts'))).toBeNull();
  });

  it('is given for an unknown consumption, which the rules refuse', () => {
    const account = { consumptions: new Map() };
    expect(denialOfRecording(sender, refund(5), 0, account)).toBeNull();
  });

  it('is given for a reversal, which belongs to no business, up to the limit', () => {
    expect(denialOfRecording(sender, reverse(null), 100, accountWith('script'))).toBeNull();
    expect(denialOfRecording(sender, reverse(null), 101, accountWith('script'))).toMatchObject({
      cause: 'points',
    });
  });

  it('is denied for a full refund that moves more points than the limit', () => {
    expect(denialOfRecording(sender, refund(null), 101, accountWith('tts'))).toMatchObject({
      cause: 'points',
    });
    expect(denialOfRecording(sender, refund(null), 100, accountWith('tts'))).toBeNull();
  });

  it('does not depend on source types when the sender has none', () => {
    const any = buildSender({ pointsMax: 100 });
    expect(denialOfRecording(any, refund(5), 5, accountWith('script'))).toBeNull();
  });
});

describe('The points that events move', () => {
  const event = (type: string, points: number, rest: object = {}) =>
    ({ type, points, ...rest }) as unknown as Parameters<typeof pointsMovedBy>[0][number];

  it('are those of recharges, consumptions and refunds', () => {
    expect(
      pointsMovedBy([
        event('PointsRecharged', 100),
        event('PointsConsumed', 30),
        event('PointsRefunded', 7, { cause: 'refunded' }),
        event('PointsRefunded', 2, { cause: 'cancelled' }),
      ]),
    ).toBe(139);
  });

  it('are not those that expire, or that a settlement returns', () => {
    expect(
      pointsMovedBy([
        event('PointsExpired', 50),
        event('PointsRefunded', 8, { cause: 'settled' }),
        event('CommandRefused', 0),
      ]),
    ).toBe(0);
  });

  it('are those of reversals and reinstatements, and of debts that are made or forgiven', () => {
    expect(
      pointsMovedBy([
        event('RechargeReversed', 40, { owed: 60, uncollected: 5 }),
        event('ConsumptionSettled', 0, { owed: 30, uncollected: 7 }),
        event('RechargeReinstated', 8, { forgiven: 3, waived: 5 }),
        event('DebtForgiven', 3),
      ]),
    ).toBe(141);
  });

  it('are not those that pay a debt, which were counted when they became one', () => {
    expect(pointsMovedBy([event('DebtCollected', 30), event('ConsumptionExtended', 0)])).toBe(0);
  });
});
