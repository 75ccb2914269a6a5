import {
  DEFAULT_POLICY,
  TERMS_OF_RULES_1,
  decide,
  emptyAccount,
  evolve,
  type Account,
  type LedgerCommand,
} from '../index.js';
import type { AccountEvent } from './events.js';

// The worked examples of docs/rules.md, number by number.

type Fields<T> = T extends LedgerCommand
  ? Partial<Omit<T, 'type' | 'at'>> & Pick<T, 'type' | 'at'>
  : never;

let sent = 0;

function run(account: Account, fields: Fields<LedgerCommand>): readonly AccountEvent[] {
  sent += 1;
  const id = `command-${sent}`;
  const command = {
    userId: '7f6a52b8-1f9d-4a59-9a51-0d6a3f0f2d11',
    source: '/docs',
    id,
    commandId: `00000000-0000-5000-8000-${String(sent).padStart(12, '0')}`,
    digest: '0'.repeat(64),
    priority: 50,
    expiresAt: null,
    sourceId: null,
    sourceType: 'video',
    duration: null,
    quantity: null,
    overrun: null,
    onTimeout: null,
    rechargeId: null,
    consumptionId: id,
    settleWithin: null,
    reason: null,
    points: null,
    ...fields,
  } as unknown as LedgerCommand;
  const decision = decide(command, account, TERMS_OF_RULES_1);
  const events = decision.kind === 'record' ? decision.events : [];
  for (const event of events) evolve(account, event);
  return events;
}

const day = (date: string): string => `${date}T00:00:00.000Z`;
const START = day('2030-01-01');

const recharged = (points: number, expiresAt: string | null): Account => {
  const account = emptyAccount(DEFAULT_POLICY);
  run(account, { type: 'RechargePoints', at: START, points, expiresAt });
  return account;
};

const said = (events: readonly AccountEvent[]): string[] =>
  events.map((event) => {
    if (event.type === 'ConsumptionSettled') return `${event.type} ${event.actual}`;
    if (event.type === 'PointsRefunded') return `${event.type} ${event.points} ${event.cause}`;
    if (event.type === 'CommandRefused') return `${event.type} ${event.code}`;
    if (event.type === 'ConsumptionExtended') return `${event.type} ${event.estimated}`;
    return `${event.type} ${event.points}`;
  });

describe('docs/rules.md', () => {
  it('draws 30 and then 10 of two batches', () => {
    const account = emptyAccount(DEFAULT_POLICY);
    run(account, { type: 'RechargePoints', at: START, points: 50, expiresAt: day('2031-01-01') });
    run(account, { type: 'RechargePoints', at: START, points: 30, expiresAt: day('2030-06-01') });
    const [consumed] = run(account, { type: 'ConsumePoints', at: START, points: 40 });
    const ids = [...account.batches.keys()];
    expect(consumed).toMatchObject({
      draws: [
        { batchId: ids[1], points: 30 },
        { batchId: ids[0], points: 10 },
      ],
    });
  });

  const HOUR_LATER = '2030-01-01T01:00:00.000Z';
  it.each([
    ['settled at 80', 80, ['PointsRefunded 20 overestimated', 'ConsumptionSettled 80'], 920],
    ['settled at 100', 100, ['ConsumptionSettled 100'], 900],
    ['settled at 130', 130, ['PointsConsumed 30', 'ConsumptionSettled 130'], 870],
  ])('closes a pre-deduction of 100 that is %s', (_, points, events, balance) => {
    const account = recharged(1000, null);
    const consumptionId = 'film';
    run(account, {
      type: 'ConsumePoints',
      at: START,
      points: 100,
      settleWithin: 3600,
      consumptionId,
    });
    expect([account.balance, account.held]).toEqual([900, 100]);
    const settled = run(account, { type: 'SettleConsumption', at: START, points, consumptionId });
    expect(said(settled)).toEqual(events);
    expect([account.balance, account.held]).toEqual([balance, 0]);
  });

  it('gives a pre-deduction back that is cancelled', () => {
    const account = recharged(1000, null);
    const consumptionId = 'film';
    run(account, {
      type: 'ConsumePoints',
      at: START,
      points: 100,
      settleWithin: 3600,
      consumptionId,
    });
    const events = run(account, { type: 'RefundPoints', at: START, consumptionId });
    expect(said(events)).toEqual(['PointsRefunded 100 cancelled']);
    expect([account.balance, account.held]).toEqual([1000, 0]);
  });

  it('gives a pre-deduction back that is not settled within the hour, and charges it when it is settled late', () => {
    const account = recharged(1000, null);
    const consumptionId = 'film';
    run(account, {
      type: 'ConsumePoints',
      at: START,
      points: 100,
      settleWithin: 3600,
      consumptionId,
    });
    expect(said(run(account, { type: 'ExpirePoints', at: HOUR_LATER }))).toEqual([
      'PointsRefunded 100 timed_out',
    ]);
    expect([account.balance, account.held]).toEqual([1000, 0]);
    const late = run(account, {
      type: 'SettleConsumption',
      at: HOUR_LATER,
      points: 80,
      consumptionId,
    });
    expect(said(late)).toEqual(['PointsConsumed 80', 'ConsumptionSettled 80']);
    expect([account.balance, account.held]).toEqual([920, 0]);
  });

  const NOON = '2030-03-10T12:00:00.000Z';
  it.each([
    ['never expires', null, null],
    ['expires 2030-03-17 12:00', '2030-03-17T12:00:00.000Z', '2030-03-17T12:00:00.000Z'],
    ['expires 2030-03-12', day('2030-03-12'), day('2030-03-18')],
    ['is gone already', day('2030-03-09'), day('2030-03-18')],
  ])('returns points of a batch that %s', (_, expiresAt, until) => {
    const account = recharged(100, expiresAt);
    const consumptionId = 'film';
    run(account, { type: 'ConsumePoints', at: START, points: 10, consumptionId });
    const events = run(account, { type: 'RefundPoints', at: NOON, consumptionId });
    expect(events.at(-1)).toMatchObject({
      type: 'PointsRefunded',
      returns: [{ expiresAt: until }],
    });
  });

  it('brings points of a grace batch that is gone back for a day when we timed out, and not otherwise', () => {
    const account = recharged(100, day('2030-01-02'));
    run(account, { type: 'ConsumePoints', at: START, points: 10, consumptionId: 'first' });
    run(account, { type: 'RefundPoints', at: day('2030-03-01'), consumptionId: 'first' });
    const atGrace = day('2030-03-02');
    run(account, { type: 'ConsumePoints', at: atGrace, points: 4, consumptionId: 'closed' });
    run(account, {
      type: 'ConsumePoints',
      at: atGrace,
      points: 6,
      consumptionId: 'open',
      settleWithin: 604_800,
    });
    const timedOut = run(account, { type: 'ExpirePoints', at: NOON });
    expect(timedOut).toMatchObject([
      { type: 'PointsRefunded', cause: 'timed_out', returns: [{ expiresAt: day('2030-03-12') }] },
    ]);
    const refunded = run(account, { type: 'RefundPoints', at: NOON, consumptionId: 'closed' });
    expect(said(refunded)).toEqual(['PointsRefunded 4 refunded', 'PointsExpired 4']);
  });

  it('lets 50 points expire before 10 come in', () => {
    const account = recharged(50, day('2030-02-01'));
    const events = run(account, { type: 'RechargePoints', at: day('2030-03-01'), points: 10 });
    expect(said(events)).toEqual(['PointsExpired 50', 'PointsRecharged 10']);
    expect(events.map(({ balanceAfter }) => balanceAfter)).toEqual([0, 10]);
  });
});
