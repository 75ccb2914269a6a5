import fc from 'fast-check';

import {
  DEFAULT_POLICY,
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import { commandHistories, runHistory } from '#ledger/testing';

import { userNo } from './event-builders.js';

// Events that the rules have really decided, for any mixture of commands to a few accounts.

export interface AccountHistory {
  readonly userId: string;
  readonly events: readonly LedgerEvent[];
}

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const USERS = 3;

/** What one command is about; ids, times and users are filled in by its place in the history. */
interface Step {
  readonly kind: LedgerCommand['type'];
  readonly user: number;
  readonly points: number;
  readonly consumption: number;
  readonly minutes: number;
  readonly isPreDeduction: boolean;
  readonly duration: number | null;
  readonly expiresAfterMinutes: number | null;
  readonly priority: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    'RechargePoints' as const,
    'ConsumePoints' as const,
    'ConsumePoints' as const,
    'SettleConsumption' as const,
    'RefundPoints' as const,
    'ExpirePoints' as const,
  ),
  user: fc.integer({ min: 1, max: USERS }),
  points: fc.integer({ min: 1, max: 40 }),
  consumption: fc.integer({ min: 0, max: 4 }),
  minutes: fc.integer({ min: 0, max: 90 }),
  isPreDeduction: fc.boolean(),
  duration: fc.constantFrom(null, 1.5, 60),
  expiresAfterMinutes: fc.constantFrom(null, 30, 600),
  priority: fc.constantFrom(0, 50),
});

export const arbitraryLedgers: fc.Arbitrary<readonly AccountHistory[]> = fc
  .array(step, { minLength: 1, maxLength: 60 })
  .map(historiesOf);

/** Accounts under rules 1, under rules 2, and under rules 2 from somewhere in the middle on. */
export const arbitraryLedgersOfBothRules: fc.Arbitrary<readonly AccountHistory[]> = fc
  .array(commandHistories(), { minLength: 1, maxLength: USERS })
  .map((histories) =>
    histories.map((history, index) => ({
      userId: userNo(index + 1),
      events: runHistory(history).history,
    })),
  );

function historiesOf(steps: readonly Step[]): readonly AccountHistory[] {
  const accounts = Array.from({ length: USERS }, (_, index) => ({
    userId: userNo(index + 1),
    account: emptyAccount(DEFAULT_POLICY),
    events: [] as LedgerEvent[],
  }));
  let atMs = START_MS;
  for (const [index, one] of steps.entries()) {
    const target = accounts[one.user - 1];
    if (target === undefined) throw new RangeError(`there is no user ${one.user}`);
    atMs += one.minutes * 60_000;
    const decision = decide(
      commandOf(target.userId, index, atMs, one),
      target.account,
      TERMS_OF_RULES_1,
    );
    if (decision.kind !== 'record') continue;
    for (const event of decision.events) evolve(target.account, event);
    target.events.push(...decision.events);
  }
  return accounts.map(({ userId, events }) => ({ userId, events }));
}

function commandOf(userId: string, index: number, atMs: number, one: Step): LedgerCommand {
  const envelope = {
    userId,
    source: '/arbitrary',
    id: `command-${index}`,
    commandId: `00000000-0000-5000-8000-${String(index).padStart(12, '0')}`,
    digest: '0'.repeat(64),
    at: new Date(atMs).toISOString(),
  };
  const consumptionId = `consumption-${one.consumption}`;
  const { points, duration, priority, expiresAfterMinutes: minutes } = one;
  switch (one.kind) {
    case 'RechargePoints':
      return {
        ...envelope,
        type: one.kind,
        points,
        expiresAt: minutes === null ? null : new Date(atMs + minutes * 60_000).toISOString(),
        priority,
        sourceId: null,
        rechargeId: null,
      };
    case 'ConsumePoints':
      return {
        ...envelope,
        type: one.kind,
        sourceType: 'tts',
        points,
        sourceId: null,
        duration,
        quantity: null,
        consumptionId,
        settleWithin: one.isPreDeduction ? 3_600 : null,
        overrun: null,
        onTimeout: null,
      };
    case 'SettleConsumption':
      return {
        ...envelope,
        type: one.kind,
        consumptionId,
        points,
        duration,
        quantity: null,
        overrun: null,
      };
    case 'RefundPoints':
      return { ...envelope, type: one.kind, consumptionId, points, reason: null };
    default:
      return { ...envelope, type: 'ExpirePoints' };
  }
}
