import {
  DEFAULT_POLICY,
  TERMS_OF_RULES_1,
  decide,
  emptyAccount,
  evolve,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { candidatePolicies, redecide } from './redecide.js';

const ENVELOPE = {
  userId: '0a000000-0000-4000-8000-000000000001',
  source: '/spec',
  id: 'r-1',
  commandId: '41919851-29bd-5160-acef-516d32370249',
  digest: 'd'.repeat(64),
  at: '2030-01-01T12:00:00.000Z',
};
const RECHARGE: LedgerCommand = {
  type: 'RechargePoints',
  rechargeId: null,
  points: 10,
  expiresAt: null,
  priority: 50,
  sourceId: null,
  ...ENVELOPE,
};
const CONSUME: LedgerCommand = {
  type: 'ConsumePoints',
  quantity: null,
  overrun: null,
  onTimeout: null,
  sourceType: 'tts',
  points: 4,
  sourceId: null,
  duration: null,
  consumptionId: 'c-1',
  settleWithin: null,
  ...ENVELOPE,
};
const REFUND: LedgerCommand = {
  type: 'RefundPoints',
  consumptionId: 'c-1',
  points: null,
  reason: null,
  ...ENVELOPE,
};

function accountAfter(command: LedgerCommand): Account {
  const account = emptyAccount(DEFAULT_POLICY);
  const decision = decide(command, account, TERMS_OF_RULES_1);
  if (decision.kind !== 'record') throw new Error(decision.kind);
  for (const event of decision.events) evolve(account, event);
  return account;
}

describe('redecide', () => {
  it('decides a command again that the account has already answered', () => {
    const account = accountAfter(RECHARGE);
    expect(decide(RECHARGE, account, TERMS_OF_RULES_1).kind).toBe('repeat');
    const again = redecide(
      account,
      { ...RECHARGE, at: '2030-01-02T12:00:00.000Z' },
      DEFAULT_POLICY,
    );
    expect(again).toMatchObject({
      kind: 'record',
      events: [{ type: 'PointsRecharged', points: 10, balanceAfter: 20 }],
    });
  });

  it('decides under the given policy', () => {
    const account = accountAfter(RECHARGE);
    const strict = { ...DEFAULT_POLICY, batchesMax: 1 };
    const later = { ...RECHARGE, id: 'r-2', at: '2030-01-02T12:00:00.000Z' };
    expect(redecide(account, later, strict)).toMatchObject({
      events: [{ type: 'CommandRefused', code: 'TooManyBatches' }],
    });
    expect(redecide(account, later, DEFAULT_POLICY)).toMatchObject({
      events: [{ type: 'PointsRecharged' }],
    });
  });

  it('leaves the account as it was', () => {
    const account = accountAfter(RECHARGE);
    const { policy, answered, balance, revision } = account;
    redecide(account, { ...CONSUME, at: '2030-01-02T12:00:00.000Z' }, DEFAULT_POLICY);
    expect(account.policy).toBe(policy);
    expect(account.answered).toBe(answered);
    expect(account.answered.size).toBe(1);
    expect([account.balance, account.revision]).toEqual([balance, revision]);
  });
});

const refundInto = (expiresAt: string | null, into = 2): LedgerEvent => ({
  type: 'PointsRefunded',
  at: '2030-01-01T12:00:00.000Z',
  receivedAt: '2030-01-01T12:00:00.000Z',
  commandId: ENVELOPE.commandId,
  digest: ENVELOPE.digest,
  balanceAfter: 10,
  owedAfter: null,
  label: '【配音合成】',
  consumptionId: 'c-1',
  of: 1,
  sourceType: 'tts',
  sourceId: null,
  points: 4,
  returns: [{ from: 1, into, points: 4, expiresAt }],
  cause: 'refunded',
  reason: null,
});

const graceDays = (command: LedgerCommand, recorded: readonly LedgerEvent[]): number[] =>
  candidatePolicies(command, recorded).map(({ refundGraceDays }) => refundGraceDays);

describe('candidatePolicies', () => {
  it('has no limits that an operator sets', () => {
    for (const policy of candidatePolicies(RECHARGE, [])) {
      expect(policy.batchesMax).toBe(Number.MAX_SAFE_INTEGER);
      expect(policy.openDrawsMax).toBe(Number.MAX_SAFE_INTEGER);
    }
  });

  it('is one policy for a command whose events return no points', () => {
    expect(candidatePolicies(RECHARGE, [])).toHaveLength(1);
    expect(candidatePolicies(REFUND, [])).toHaveLength(1);
  });

  it('forgets closed consumptions only for a command that begins one', () => {
    expect(candidatePolicies(CONSUME, [])[0]).toMatchObject({ consumptionsMax: 0 });
    expect(candidatePolicies(REFUND, [])[0]?.consumptionsMax).not.toBe(0);
  });

  it('tries the grace days that the recorded returns show, and none', () => {
    expect(graceDays(REFUND, [refundInto('2030-01-31T12:00:00.000Z')])).toEqual(
      expect.arrayContaining([0, 30]),
    );
  });

  it('tries no grace days for points that went back into their own batch', () => {
    expect(graceDays(REFUND, [refundInto('2030-01-31T12:00:00.000Z', 1)])).not.toContain(30);
    expect(graceDays(REFUND, [refundInto(null)])).not.toContain(30);
  });

  it('tries no negative number of days', () => {
    expect(Math.min(...graceDays(REFUND, [refundInto('2029-01-01T00:00:00.000Z')]))).toBe(0);
  });
});
