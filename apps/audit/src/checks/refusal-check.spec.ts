import {
  BALANCE_MAX,
  RECHARGE_BALANCE_MAX,
  emptyAccount,
  type Account,
  type CommandRefused,
  type CommandType,
  type RefusalCode,
  type RefusalDetails,
} from '#ledger';
import { refusalFault } from './refusal-check.js';

type Phase = 'open' | 'timed_out' | 'closed';

function accountWith({
  balance = 0,
  held = 0,
  consumptions = {},
}: {
  readonly balance?: number;
  readonly held?: number;
  readonly consumptions?: Readonly<Record<string, { phase: Phase; drawn: number }>>;
}): Account {
  const account = emptyAccount();
  Object.assign(account, { balance, held });
  for (const [consumptionId, { phase, drawn }] of Object.entries(consumptions)) {
    account.consumptions.set(consumptionId, {
      of: 1,
      consumptionId,
      sourceType: 'script',
      sourceId: null,
      estimated: drawn,
      draws: drawn === 0 ? [] : [{ batchId: 1, points: drawn }],
      settleBy: null,
      phase,
      closedAtMs: 0,
      closing: 0,
      label: '【脚本生成】',
      hold: null,
    });
  }
  return account;
}

const refused = (
  commandType: CommandType,
  code: RefusalCode,
  details: RefusalDetails = {},
): CommandRefused => ({
  type: 'CommandRefused',
  at: '2030-01-01T12:00:00.000Z',
  receivedAt: '2030-01-01T12:00:00.000Z',
  commandId: '41919851-29bd-5160-acef-516d32370249',
  digest: 'd'.repeat(64),
  balanceAfter: 0,
  owedAfter: null,
  commandType,
  code,
  details,
});

const OPEN = { work: { phase: 'open', drawn: 10 } } as const;
const CLOSED = { work: { phase: 'closed', drawn: 10 } } as const;
const REFUNDED = { work: { phase: 'closed', drawn: 0 } } as const;
const TIMED_OUT = { work: { phase: 'timed_out', drawn: 0 } } as const;
const WORK = { consumptionId: 'work' };

describe('refusalFault', () => {
  it.each<[CommandType, RefusalCode, RefusalDetails, Parameters<typeof accountWith>[0]]>([
    ['RechargePoints', 'AlreadyExpired', { expiresAt: '2030-01-01T12:00:00.000Z' }, {}],
    [
      'RechargePoints',
      'BalanceLimit',
      { balance: RECHARGE_BALANCE_MAX, held: 0, asked: 1 },
      { balance: RECHARGE_BALANCE_MAX },
    ],
    [
      'RefundPoints',
      'BalanceLimit',
      { balance: BALANCE_MAX - 5, held: 5, asked: 1 },
      { balance: BALANCE_MAX - 5, held: 5 },
    ],
    ['RechargePoints', 'TooManyBatches', {}, {}],
    ['ConsumePoints', 'TooManyOpen', {}, {}],
    ['ConsumePoints', 'ConsumptionIdReused', WORK, { consumptions: CLOSED }],
    ['ConsumePoints', 'InsufficientPoints', { balance: 7, asked: 8 }, { balance: 7 }],
    ['SettleConsumption', 'InsufficientPoints', { balance: 7, asked: 8 }, { balance: 7 }],
    ['SettleConsumption', 'UnknownConsumption', WORK, {}],
    ['RefundPoints', 'UnknownConsumption', WORK, { consumptions: TIMED_OUT }],
    ['SettleConsumption', 'ConsumptionClosed', WORK, { consumptions: CLOSED }],
    ['SettleConsumption', 'DurationNotAllowed', { sourceType: 'script' }, {}],
    ['RefundPoints', 'NothingToRefund', WORK, { consumptions: REFUNDED }],
    [
      'RefundPoints',
      'RefundExceedsConsumption',
      { refundable: 10, asked: 11 },
      { consumptions: CLOSED },
    ],
    ['RefundPoints', 'ConsumptionOpen', WORK, { consumptions: OPEN }],
  ])('accepts that %s was refused as %s for a reason that held', (type, code, details, state) => {
    expect(refusalFault(refused(type, code, details), accountWith(state))).toBeNull();
  });

  it.each<[CommandType, RefusalCode, RefusalDetails, Parameters<typeof accountWith>[0]]>([
    ['RechargePoints', 'AlreadyExpired', { expiresAt: '2030-01-01T12:00:00.001Z' }, {}],
    [
      'RechargePoints',
      'BalanceLimit',
      { balance: RECHARGE_BALANCE_MAX, held: 0, asked: 1 },
      { balance: RECHARGE_BALANCE_MAX - 1 },
    ],
    [
      'RechargePoints',
      'BalanceLimit',
      { balance: RECHARGE_BALANCE_MAX - 1, held: 0, asked: 1 },
      { balance: RECHARGE_BALANCE_MAX - 1 },
    ],
    [
      'RefundPoints',
      'BalanceLimit',
      { balance: RECHARGE_BALANCE_MAX, held: 0, asked: 1 },
      { balance: RECHARGE_BALANCE_MAX },
    ],
    ['ConsumePoints', 'ConsumptionIdReused', WORK, {}],
    ['ConsumePoints', 'ConsumptionIdReused', { consumptionId: 7 }, { consumptions: CLOSED }],
    ['ConsumePoints', 'InsufficientPoints', { balance: 7, asked: 7 }, { balance: 7 }],
    ['ConsumePoints', 'InsufficientPoints', { balance: 6, asked: 8 }, { balance: 7 }],
    ['ConsumePoints', 'InsufficientPoints', { balance: 7, asked: '8' }, { balance: 7 }],
    ['SettleConsumption', 'UnknownConsumption', WORK, { consumptions: OPEN }],
    ['SettleConsumption', 'ConsumptionClosed', WORK, { consumptions: OPEN }],
    ['SettleConsumption', 'ConsumptionClosed', WORK, {}],
    ['SettleConsumption', 'DurationNotAllowed', { sourceType: 'tts' }, {}],
    ['SettleConsumption', 'DurationNotAllowed', { sourceType: 'none' }, {}],
    ['RefundPoints', 'NothingToRefund', WORK, { consumptions: CLOSED }],
    ['RefundPoints', 'NothingToRefund', WORK, {}],
    [
      'RefundPoints',
      'RefundExceedsConsumption',
      { refundable: 10, asked: 10 },
      { consumptions: CLOSED },
    ],
    [
      'RefundPoints',
      'RefundExceedsConsumption',
      { refundable: 9, asked: 11 },
      { consumptions: CLOSED },
    ],
    ['RefundPoints', 'ConsumptionOpen', WORK, { consumptions: CLOSED }],
  ])(
    'finds that %s was refused as %s for a reason that did not hold',
    (type, code, details, state) => {
      expect(refusalFault(refused(type, code, details), accountWith(state))).toBe(
        `refused as ${code} ${JSON.stringify(details)}, which did not hold then`,
      );
    },
  );

  it.each<[CommandType, RefusalCode]>([
    ['ConsumePoints', 'AlreadyExpired'],
    ['ConsumePoints', 'BalanceLimit'],
    ['RefundPoints', 'TooManyBatches'],
    ['RechargePoints', 'ConsumptionIdReused'],
    ['SettleConsumption', 'TooManyOpen'],
    ['RefundPoints', 'InsufficientPoints'],
    ['ConsumePoints', 'UnknownConsumption'],
    ['RefundPoints', 'ConsumptionClosed'],
    ['RefundPoints', 'DurationNotAllowed'],
    ['SettleConsumption', 'NothingToRefund'],
    ['SettleConsumption', 'RefundExceedsConsumption'],
    ['ExpirePoints', 'ConsumptionOpen'],
  ])('finds that %s can not be refused as %s', (type, code) => {
    expect(refusalFault(refused(type, code), accountWith({}))).toBe(
      `${code} is no answer to a ${type}`,
    );
  });

  it.each(['NoReason', 'toString', 'constructor'])('finds that %s is no refusal', (code) => {
    expect(refusalFault(refused('ConsumePoints', code as RefusalCode), accountWith({}))).toBe(
      `there is no refusal ${code}`,
    );
  });
});
