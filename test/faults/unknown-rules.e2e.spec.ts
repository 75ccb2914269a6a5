import { randomUUID } from 'node:crypto';
import { eventuallyHolds } from '#testing';
import type { CommandBody } from '#contracts';
import { accountStream } from '#identity';
import { IntakeStack } from './intake-stack.js';

// The rules of a later build are published. There is no such build: a double writes the version into the
// stream of the settings, and does not wait six minutes.

const recharge = (user_id: string): CommandBody => ({
  type: 'RechargePoints',
  data: { user_id, points: 10, expires_at: null },
});

describe('An intake that does not know the rules in force', () => {
  const lab = new IntakeStack();

  beforeAll(() => lab.open(), 120_000);
  afterAll(() => lab.close(), 60_000);

  it('decides nothing, and says why', async () => {
    const user = randomUUID();
    const intake = await lab.startIntake();
    await lab.publishCommands([[`before-${user}`, recharge(user)]]);
    await lab.waitUntilCommitted();

    const from = new Date().toISOString();
    await lab.settingsWriter.write({ rules: 3, from });
    // It reads the settings every 15 s.
    await eventuallyHolds(
      'it has read the version and raised an alarm',
      async () => (await intake.metric('ledger_settings_alarms_total')) > 0,
    );
    const reason =
      'Version 2 of the settings is of rules 3, which this build does not know: ' +
      `from ${from} on it decides no command`;
    expect(await intake.healthOf('settings')).toEqual({ state: 'amber', reason });
    await lab.publishCommands([[`after-${user}`, recharge(user)]]);
    await eventuallyHolds('it says why', () => intake.output.includes(reason));
    expect(await lab.lag()).toBe(1);
    const { recorded, sent } = await lab.resultsOf([user]);
    expect(sent).toHaveLength(1);
    expect(recorded.filter(({ stream }) => stream === accountStream(user))).toHaveLength(1);
  });
});
