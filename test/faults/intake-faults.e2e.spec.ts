import { randomUUID } from 'node:crypto';
import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import { TOPICS, type CommandBody } from '#contracts';
import { CONSUME_LIMITS, type OutgoingMessage } from '#kafka';
import { eventually, eventuallyHolds, seededRandom, type SeededRandom } from '#testing';
import { fixedSettings } from '#settings/testing';
import { checkAccount, checkAnswers, checkEvents, commandsByUser } from '../simulation/checks.js';
import { REAL_TIME, Services } from '../simulation/commands.js';
import { IntakeStack, PARTITIONS } from './intake-stack.js';
import type { IntakeProcess } from './intake-process.js';

// The intake runs as in production, with a real Kafka and a real Postgres. Each test injects one
// fault at the most harmful moment. The numbers are those of docs/failure-modes.md.

const GROWTH_MB_MAX = 120;
/** An append that takes this long is in another bucket of the histogram than the others. */
const SLOW_MS = 1_500;

type Commands = readonly (readonly [id: string, body: CommandBody])[];

const recharge = (user_id: string, points = 1_000): CommandBody => ({
  type: 'RechargePoints',
  data: { user_id, points, expires_at: null },
});
const consume = (user_id: string, points = 1): CommandBody => ({
  type: 'ConsumePoints',
  data: { user_id, points, source_type: 'script' },
});
const consumptions = (user: string, count: number, prefix: string): Commands =>
  Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, consume(user)] as const);

describe('The intake', () => {
  const lab = new IntakeStack();

  beforeAll(() => lab.open(), 120_000);
  afterEach(() => lab.killIntakes());
  afterAll(() => lab.close(), 60_000);

  const areRunning = (intake: IntakeProcess, commands: number): Promise<void> =>
    eventuallyHolds(
      `${commands} commands are being executed`,
      async () => (await intake.metric('ledger_desk_commands', 'where="inside"')) === commands,
    );

  const sentTo = (sent: readonly OutgoingMessage[], id: string): string[] =>
    sent
      .filter(({ topic }) => topic === TOPICS.outcomes)
      .map(({ value }) => String(value))
      .filter((value) => value.includes(`"command_id":"${id}"`));

  const servicesOf = (dice: SeededRandom, users: readonly [string, ...string[]]): Services =>
    new Services({
      dice,
      users,
      settingsAt: () => lab.settings,
      pace: REAL_TIME,
    });

  async function shutDown(...intakes: readonly IntakeProcess[]): Promise<void> {
    for (const intake of intakes) intake.signal('SIGTERM');
    expect(await Promise.all(intakes.map(({ ended }) => ended))).toEqual(intakes.map(() => 0));
  }

  it('does no harm when it is stopped during an append, replaced, and continued (7)', async () => {
    const [moved, quiet] = [randomUUID(), randomUUID()];
    const users = [moved, quiet];
    const zombie = await lab.startIntake();
    await lab.publishCommands(users.map((user) => [`start-${user}`, recharge(user)]));
    await lab.waitUntilCommitted();

    zombie.storeProxy.stall();
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 20, `held-${user}`)));
    await areRunning(zombie, 40);
    zombie.signal('SIGSTOP');
    // The API writes to one of the accounts: the append of the zombie has an outdated revision.
    const other = toLedgerCommand(
      { ...consume(moved, 5), source: '/api', id: 'between' },
      new Date().toISOString(),
    );
    const settings = fixedSettings(lab.settings);
    const processor = new AccountCommandProcessor({ store: lab.store, settings });
    await processor.run(other, { correlation: other.commandId });
    await lab.expelMembers();
    const successor = await lab.startIntake();
    await lab.waitUntilCommitted();
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 10, `successor-${user}`)));
    await lab.waitUntilCommitted();

    zombie.storeProxy.resume();
    zombie.signal('SIGCONT');
    await eventually(async () =>
      expect(await zombie.metric('ledger_store_trouble_total')).toBeGreaterThan(0),
    );
    await eventuallyHolds(
      'it has joined its group again',
      () => (zombie.output.match(/joined the consumer group/g) ?? []).length > 1,
      30_000,
    );
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 10, `both-${user}`)));
    await lab.waitUntilCommitted();
    await shutDown(zombie, successor);

    const end = await lab.resultsOf(users);
    checkAnswers(end);
    const commands = commandsByUser(end);
    checkAccount(end, quiet, commands.get(quiet) ?? []);
    const [first, ...rest] = commands.get(moved) ?? [];
    checkAccount(end, moved, first ? [first, other, ...rest] : []);
    expect(end.recorded.filter(({ stream }) => stream === `points-${moved}`)).toHaveLength(42);
  });

  it('answers a command as recorded after a kill between its append and its answer (4)', async () => {
    const user = randomUUID();
    const victim = await lab.startIntake();
    await lab.publishCommands([[`start-${user}`, recharge(user)]]);
    await lab.waitUntilCommitted();

    const id = `last-${user}`;
    const cut = victim.storeProxy.cutNext('before-answer', (request) => request.includes(id));
    await lab.publishCommands([[id, consume(user, 7)]]);
    await cut;
    victim.storeProxy.refuse();
    await victim.kill();
    expect(await lab.lag()).toBe(1);
    await lab.expelMembers();
    const successor = await lab.startIntake();
    await lab.waitUntilCommitted();
    await shutDown(successor);

    const end = await lab.resultsOf([user]);
    expect(checkEvents(end)).toEqual({ tooLate: 0, repeats: 1, again: 0 });
    expect(sentTo(end.sent, id)).toHaveLength(1);
  });

  it('executes each command once when two groups consume the same partitions (8)', async () => {
    const users: [string, ...string[]] = [randomUUID(), randomUUID(), randomUUID()];
    const dice = seededRandom(8);
    const services = servicesOf(dice, users);
    const publishAll = async (): Promise<void> => {
      // Messages are sent in small pieces, so that the two groups batch them differently.
      for (let sent = 0; sent < 80; sent++) {
        await lab.publish(Array.from({ length: 1 + dice.below(6) }, () => services.publish()));
      }
    };
    const pair = await Promise.all([lab.startIntake(), lab.startIntake('second-group')]);
    const conflicts = async (): Promise<number> => {
      const kind = 'kind="conflict"';
      const counts = pair.map((intake) => intake.metric('ledger_store_trouble_total', kind));
      return Math.max(...(await Promise.all(counts)));
    };
    // Where both batch alike, their appends are equal and don't conflict: a slow machine needs more turns.
    await eventuallyHolds('an append of one conflicts with those of the other', async () => {
      for (const { storeProxy } of pair) {
        storeProxy.stall();
        await publishAll();
        storeProxy.resume();
        await publishAll();
      }
      await Promise.all([lab.waitUntilCommitted(), lab.waitUntilCommitted('second-group')]);
      return (await conflicts()) > 0;
    });
    await shutDown(...pair);

    const end = await lab.resultsOf(users);
    expect(checkEvents(end)).toMatchObject({ tooLate: 0, again: 0 });
    // Each group has answered every message by an outcome or a dead letter.
    expect(end.sent.length).toBeGreaterThanOrEqual(2 * end.messages.length);
  });

  it('fetches no more from Kafka than it may hold while the store does not answer (36)', async () => {
    const users = Array.from({ length: 40 }, () => randomUUID()) as [string, ...string[]];
    const intake = await lab.startIntake();
    await lab.publishCommands(users.map((user) => [`start-${user}`, recharge(user, 10_000)]));
    await lab.waitUntilCommitted();
    const restingMb = await heldMb(intake);

    intake.storeProxy.stall();
    const stalledAt = performance.now();
    // Half of them are one batch, which Kafka sends as a whole, whatever the fetch size is.
    const flood = 6_000;
    for (const half of ['first', 'second']) {
      await lab.publishCommands(
        users.flatMap((user) => consumptions(user, flood / 2 / users.length, half)),
      );
    }
    const held = await settledValue(() => intake.metric('ledger_desk_commands', 'where="in'));
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(PARTITIONS * CONSUME_LIMITS.subBatchMessagesMax);
    expect(await lab.lag()).toBe(flood);
    expect((await heldMb(intake)) - restingMb).toBeLessThan(GROWTH_MB_MAX);

    await eventuallyHolds(
      'the store has not answered for longer than a second',
      () => performance.now() - stalledAt > SLOW_MS,
    );
    intake.storeProxy.resume();
    await lab.waitUntilCommitted();
    expect((await heldMb(intake)) - restingMb).toBeLessThan(GROWTH_MB_MAX);
    const appends = await intake.metric('ledger_append_seconds_count');
    expect(await intake.metric('ledger_append_seconds_bucket', 'le="1"')).toBeLessThan(appends);
    await shutDown(intake);
    const end = await lab.resultsOf(users);
    checkEvents(end);
    expect(end.recorded.filter(({ stream }) => users.includes(stream.slice(7)))).toHaveLength(
      flood + users.length,
    );
  });

  it('shuts down in order on SIGTERM while it works, and the next one continues (35)', async () => {
    const users: [string, ...string[]] = [randomUUID(), randomUUID()];
    const first = await lab.startIntake();
    const services = servicesOf(seededRandom(35), users);
    await lab.publish(Array.from({ length: 600 }, () => services.publish()));
    await eventually(async () =>
      expect(await first.metric('ledger_commands_total')).toBeGreaterThan(0),
    );
    await shutDown(first);
    const second = await lab.startIntake();
    await lab.waitUntilCommitted();
    await shutDown(second);
    checkEvents(await lab.resultsOf(users));
  });

  it('exits with 1 when Kafka refuses it for good (15)', async () => {
    const intake = await lab.startIntake();
    await lab.killKafka();
    // This maximum is shorter than the session timeout that the intake requests.
    await lab.startKafka({ 'group.max.session.timeout.ms': '10000' });
    await eventuallyHolds(
      'it was refused',
      () => intake.output.includes('consumer crashed'),
      30_000,
    );
    expect(await intake.ended).toBe(1);
  });
});

const heldMb = async (intake: IntakeProcess): Promise<number> =>
  (await intake.metric('process_resident_memory_bytes')) / 2 ** 20;

/** The value of a metric once it has not changed for a while. */
async function settledValue(figure: () => Promise<number>): Promise<number> {
  const seen: number[] = [];
  await eventually(async () => {
    seen.push(await figure());
    expect(new Set(seen.slice(-50)).size === 1 && seen.length >= 50).toBe(true);
  });
  return seen.at(-1) ?? 0;
}
