import { DEFAULT_POLICY, type LedgerEvent } from '../index.js';
import {
  VectorAccount,
  commandOf,
  readVector,
  storedData,
  vectorFiles,
  withNeutralBatchIds,
  type Vector,
} from '../testing/vectors.js';

const RULES_2 = 'rules-2';

/** Runs all commands and gives what the rules answered and what was expected, for each. */
function runAll(vector: Vector) {
  const accounts = new Map<string, VectorAccount>();
  const ours: unknown[] = [];
  const theirs: unknown[] = [];
  for (const step of vector.steps) {
    const { outcome } = step;
    // The edge answers what is ill-formed. Nothing of it comes here.
    if (outcome.status === 'invalid') continue;
    const command = commandOf(step);
    const account =
      accounts.get(command.userId) ??
      new VectorAccount(
        vector.policy ?? vector.settings?.[0]?.policy ?? DEFAULT_POLICY,
        vector.settings,
      );
    accounts.set(command.userId, account);
    const answer = account.run(command);
    ours.push({ command: step.command, ...answer, details: null });
    theirs.push({
      command: step.command,
      status: outcome.status,
      code: outcome.code,
      balance: outcome.balance,
      owed: outcome.owed === undefined ? 0 : outcome.owed,
      points: outcome.points === undefined ? answer.points : outcome.points,
      collected: outcome.collected ?? null,
      uncollected: outcome.uncollected === undefined ? answer.uncollected : outcome.uncollected,
      consumptionId: outcome.consumption_id,
      rechargeId: outcome.recharge_id === undefined ? answer.rechargeId : outcome.recharge_id,
      batchId: outcome.batch_id,
      revision: outcome.position,
      replayed: outcome.replayed,
      details: null,
    });
  }
  return { accounts, ours, theirs };
}

function expectSame(vector: Vector): void {
  const { accounts, ours, theirs } = runAll(vector);
  expect(withNeutralBatchIds(ours)).toEqual(withNeutralBatchIds(theirs));
  for (const [userId, user] of Object.entries(vector.users)) {
    const { account, events, settingsOfEvents } = accounts.get(userId)!;
    const { balance, held, owed } = account;
    expect({ balance, held, owed }).toEqual({
      balance: user.balance,
      held: user.held,
      owed: user.owed ?? 0,
    });
    const data = events.map((event: LedgerEvent) => storedData(event));
    expect(withNeutralBatchIds(data)).toEqual(withNeutralBatchIds(user.events));
    if (user.settingsOfEvents) expect(settingsOfEvents).toEqual(user.settingsOfEvents);
  }
}

describe('rules 1 and an independent model of them', () => {
  it('have sequences to compare', () => {
    expect(vectorFiles().length).toBe(16);
  });

  it.each(vectorFiles())('agree on %s', (file) => {
    expectSame(readVector(file));
  });
});

describe('rules 2 and an independent model of them', () => {
  it('have sequences to compare', () => {
    expect(vectorFiles(RULES_2).length).toBe(26);
  });

  it.each(vectorFiles(RULES_2))('agree on %s', (file) => {
    expectSame(readVector(file, RULES_2));
  });
});
