import {
  COMMAND_POINTS_MAX,
  DURATION_SECONDS_MAX,
  ID_MAX,
  PRIORITY_MAX,
  REASON_MAX,
  SETTLE_WITHIN_SECONDS_MAX,
  SOURCE_ID_MAX,
  type ConsumePoints,
  type LedgerCommand,
  type RechargePoints,
  type RefundPoints,
  type SettleConsumption,
} from '#ledger';
import { commandFault } from './command-bounds.js';

const ENVELOPE = {
  userId: '0a000000-0000-4000-8000-000000000001',
  source: '/spec',
  id: 'c-1',
  commandId: '41919851-29bd-5160-acef-516d32370249',
  digest: 'd'.repeat(64),
  at: '2030-01-01T12:00:00.000Z',
};

const RECHARGE: RechargePoints = {
  type: 'RechargePoints',
  rechargeId: null,
  points: 1,
  expiresAt: null,
  priority: 50,
  sourceId: null,
  ...ENVELOPE,
};
const CONSUME: ConsumePoints = {
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'tts',
  points: 1,
  sourceId: null,
  duration: null,
  consumptionId: 'c-1',
  settleWithin: null,
  ...ENVELOPE,
};
const SETTLE: SettleConsumption = {
  type: 'SettleConsumption',
  quantity: null,
  overrun: null,
  consumptionId: 'c-1',
  points: 0,
  duration: null,
  ...ENVELOPE,
};
const REFUND: RefundPoints = {
  type: 'RefundPoints',
  consumptionId: 'c-1',
  points: null,
  reason: null,
  ...ENVELOPE,
};

describe('commandFault', () => {
  it.each<[string, LedgerCommand]>([
    ['a recharge of the most points', { ...RECHARGE, points: COMMAND_POINTS_MAX }],
    ['a recharge with the highest priority', { ...RECHARGE, priority: PRIORITY_MAX }],
    ['a recharge that expires', { ...RECHARGE, expiresAt: '2031-02-28T00:00:00.000Z' }],
    ['a recharge with the longest source_id', { ...RECHARGE, sourceId: 'x'.repeat(SOURCE_ID_MAX) }],
    ['a consumption billed by the second', { ...CONSUME, duration: DURATION_SECONDS_MAX }],
    [
      'a pre-deduction of the longest time',
      { ...CONSUME, settleWithin: SETTLE_WITHIN_SECONDS_MAX },
    ],
    ['a settlement of nothing', SETTLE],
    ['a refund without a reason', REFUND],
    ['a refund with the longest reason', { ...REFUND, reason: '好'.repeat(REASON_MAX) }],
    ['an expiry', { type: 'ExpirePoints', ...ENVELOPE }],
    ['the longest id', { ...CONSUME, id: '好'.repeat(ID_MAX) }],
    ['an id of as many emoji', { ...CONSUME, id: '🙂'.repeat(ID_MAX) }],
  ])('accepts %s', (_, command) => {
    expect(commandFault(command)).toBeNull();
  });

  it.each<[LedgerCommand, string]>([
    [{ ...CONSUME, id: '' }, 'its command has an id or a source of a length that is not allowed'],
    [
      { ...CONSUME, id: 'x'.repeat(ID_MAX + 1) },
      'its command has an id or a source of a length that is not allowed',
    ],
    [
      { ...CONSUME, source: '🙂'.repeat(ID_MAX + 1) },
      'its command has an id or a source of a length that is not allowed',
    ],
    [
      { ...CONSUME, at: '2030-02-29T00:00:00.000Z' },
      'a time that there is not, 2030-02-29T00:00:00.000Z',
    ],
    [{ ...RECHARGE, points: 0 }, 'a command of 0 points'],
    [
      { ...RECHARGE, points: COMMAND_POINTS_MAX + 1 },
      `a command of ${COMMAND_POINTS_MAX + 1} points`,
    ],
    [{ ...RECHARGE, priority: PRIORITY_MAX + 1 }, `a priority of ${PRIORITY_MAX + 1}`],
    [
      { ...RECHARGE, expiresAt: '2031-02-29T00:00:00.000Z' },
      'a time that there is not, 2031-02-29T00:00:00.000Z',
    ],
    [{ ...RECHARGE, sourceId: 'x'.repeat(SOURCE_ID_MAX + 1) }, 'a source_id that is too long'],
    [{ ...CONSUME, points: 0 }, 'a command of 0 points'],
    [{ ...CONSUME, sourceId: 'x'.repeat(SOURCE_ID_MAX + 1) }, 'a source_id that is too long'],
    [{ ...CONSUME, consumptionId: '' }, 'a consumption_id of a length that is not allowed'],
    [{ ...CONSUME, settleWithin: 0 }, 'a pre-deduction that is open for 0 seconds'],
    [{ ...CONSUME, settleWithin: 1.5 }, 'a pre-deduction that is open for 1.5 seconds'],
    [
      { ...CONSUME, settleWithin: SETTLE_WITHIN_SECONDS_MAX + 1 },
      `a pre-deduction that is open for ${SETTLE_WITHIN_SECONDS_MAX + 1} seconds`,
    ],
    [
      { ...CONSUME, sourceType: 'script', duration: 1 },
      'a duration for a business that is not billed by the second',
    ],
    [
      { ...CONSUME, duration: DURATION_SECONDS_MAX + 1 },
      `a duration of ${DURATION_SECONDS_MAX + 1} seconds`,
    ],
    [{ ...SETTLE, points: -1 }, 'a command of -1 points'],
    [
      { ...SETTLE, points: COMMAND_POINTS_MAX + 1 },
      `a command of ${COMMAND_POINTS_MAX + 1} points`,
    ],
    [
      { ...SETTLE, consumptionId: 'x'.repeat(ID_MAX + 1) },
      'a consumption_id of a length that is not allowed',
    ],
    [
      { ...SETTLE, duration: DURATION_SECONDS_MAX + 1 },
      `a duration of ${DURATION_SECONDS_MAX + 1} seconds`,
    ],
    [{ ...REFUND, consumptionId: '' }, 'a consumption_id of a length that is not allowed'],
    [{ ...REFUND, reason: '' }, 'a reason of a length that is not allowed'],
    [{ ...REFUND, reason: 'x'.repeat(REASON_MAX + 1) }, 'a reason of a length that is not allowed'],
  ])('says why the parser would reject a command (case %#)', (command, fault) => {
    expect(commandFault(command)).toBe(fault);
  });
});
