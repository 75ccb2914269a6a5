import { randomUUID } from 'node:crypto';
import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import { TOPICS, type CommandBody } from '#contracts';
import { CONSUME_LIMITS, type OutgoingMessage } from '#kafka';
import { DEFAULT_POLICY } from '#ledger';
import { eventually, eventuallyHolds, seededRandom } from '#testing';
import { checkAccount, checkAnswers, checkEvents, commandsByUser } from '../simulation/checks.js';
import { Services } from '../simulation/commands.js';
import { IntakeStack, PARTITIONS } from './intake-stack.js';
import type { IntakeProcess } from './intake-process.js';

// The intake as it is run, against a real Kafka and a real Postgres, met by one fault at a time, at
// the very moment at which it could do harm. The numbers are those of docs/failure-modes.md.

const GROWTH_MB_MAX = 120;
/** An append that takes so long is told apart from the others. */
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
  afterAll(() => lab.close(), 60_000);

  const isHeld = (intake: IntakeProcess, commands: number): Promise<void> =>
    eventuallyHolds(
      `${commands} commands stand at the desk`,
      async () => (await intake.metric('ledger_desk_commands', 'where="inside"')) === commands,
    );

  const sentTo = (sent: readonly OutgoingMessage[], id: string): string[] =>
    sent
      .filter(({ topic }) => topic === TOPICS.outcomes)
      .map(({ value }) => String(value))
      .filter((value) => value.includes(`"command_id":"${id}"`));

  async function stopInOrder(...intakes: readonly IntakeProcess[]): Promise<void> {
    for (const intake of intakes) intake.signal('SIGTERM');
    expect(await Promise.all(intakes.map(({ ended }) => ended))).toEqual(intakes.map(() => 0));
  }

  it('does no harm as a zombie: stopped in an append, replaced, and going on (7)', async () => {
    const [moved, quiet] = [randomUUID(), randomUUID()];
    const users = [moved, quiet];
    const zombie = await lab.startIntake();
    await lab.publishCommands(users.map((user) => [`start-${user}`, recharge(user)]));
    await lab.waitUntilCommitted();

    zombie.storeProxy.stall();
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 20, `held-${user}`)));
    await isHeld(zombie, 40);
    zombie.signal('SIGSTOP');
    // Somebody else writes to one of the accounts, as the API does: the zombie's append is off by one.
    const other = toLedgerCommand(
      { ...consume(moved, 5), source: '/api', id: 'between' },
      new Date().toISOString(),
    );
    const desk = new AccountCommandProcessor({ store: lab.store, policy: DEFAULT_POLICY });
    await desk.run(other, { correlation: other.commandId });
    await lab.expelMembers();
    const heir = await lab.startIntake();
    await lab.waitUntilCommitted();
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 10, `heir-${user}`)));
    await lab.waitUntilCommitted();

    zombie.storeProxy.resume();
    zombie.signal('SIGCONT');
    await eventually(async () =>
      expect(await zombie.metric('ledger_store_trouble_total')).toBeGreaterThan(0),
    );
    await eventuallyHolds(
      'it is back in its group',
      () => (zombie.output.match(/joined the group/g) ?? []).length > 1,
      30_000,
    );
    await lab.publishCommands(users.flatMap((user) => consumptions(user, 10, `both-${user}`)));
    await lab.waitUntilCommitted();
    await stopInOrder(zombie, heir);

    const end = await lab.resultsOf(users);
    checkAnswers(end);
    const commands = commandsByUser(end.messages);
    checkAccount(end, quiet, commands.get(quiet) ?? []);
    const [first, ...rest] = commands.get(moved) ?? [];
    checkAccount(end, moved, first ? [first, other, ...rest] : []);
    expect(end.recorded.filter(({ stream }) => stream === `points-${moved}`)).toHaveLength(42);
  }, 90_000);

  it('answers as recorded what was killed behind its append, before its answer and its offset (4)', async () => {
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
    const heir = await lab.startIntake();
    await lab.waitUntilCommitted();
    await stopInOrder(heir);

    const end = await lab.resultsOf([user]);
    expect(checkEvents(end)).toEqual({ tooLate: 0, repeats: 1, again: 0 });
    expect(sentTo(end.sent, id)).toHaveLength(1);
  }, 60_000);

  it('carries out once what two consumers take from the same partitions on purpose (8)', async () => {
    const users: [string, ...string[]] = [randomUUID(), randomUUID(), randomUUID()];
    const pace = { startMs: Date.now(), stepMsMax: 50, lifeMsMax: 20_000 };
    const dice = seededRandom(8);
    const services = new Services(dice, users, pace);
    const publishAll = async (): Promise<void> => {
      // In small pieces, so that the two gather them differently.
      for (let sent = 0; sent < 80; sent++) {
        await lab.publish(Array.from({ length: 1 + dice.below(6) }, () => services.publish()));
      }
    };
    const pair = await Promise.all([lab.startIntake(), lab.startIntake('second-group')]);
    const [ahead, behind] = pair;
    behind.storeProxy.stall();
    await publishAll();
    behind.storeProxy.resume();
    await publishAll();
    ahead.storeProxy.stall();
    await publishAll();
    ahead.storeProxy.resume();
    await Promise.all([lab.waitUntilCommitted(), lab.waitUntilCommitted('second-group')]);
    const conflicts = await Promise.all(
      pair.map((intake) => intake.metric('ledger_store_trouble_total', 'kind="conflict"')),
    );
    expect(Math.max(...conflicts)).toBeGreaterThan(0);
    await stopInOrder(...pair);

    const end = await lab.resultsOf(users);
    expect(checkEvents(end)).toMatchObject({ tooLate: 0, again: 0 });
    // Each group has answered every message: by an outcome, or by a dead letter.
    expect(end.sent.length).toBeGreaterThanOrEqual(2 * end.messages.length);
  }, 90_000);

  it('takes no more from Kafka than it can hold while the store takes nothing (36)', async () => {
    const users = Array.from({ length: 40 }, () => randomUUID()) as [string, ...string[]];
    const intake = await lab.startIntake();
    await lab.publishCommands(users.map((user) => [`start-${user}`, recharge(user, 10_000)]));
    await lab.waitUntilCommitted();
    const restingMb = await heldMb(intake);

    intake.storeProxy.stall();
    const stalledAt = performance.now();
    // Half of it in one piece, which Kafka hands over whole, however little was asked for.
    const flood = 6_000;
    for (const half of ['first', 'second']) {
      await lab.publishCommands(
        users.flatMap((user) => consumptions(user, flood / 2 / users.length, half)),
      );
    }
    const held = await whatItSettlesAt(() => intake.metric('ledger_desk_commands', 'where="in'));
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(PARTITIONS * CONSUME_LIMITS.subBatchMessagesMax);
    expect(await lab.lag()).toBe(flood);
    expect((await heldMb(intake)) - restingMb).toBeLessThan(GROWTH_MB_MAX);

    await eventuallyHolds(
      'the store has taken nothing for longer than a second',
      () => performance.now() - stalledAt > SLOW_MS,
    );
    intake.storeProxy.resume();
    await lab.waitUntilCommitted();
    expect((await heldMb(intake)) - restingMb).toBeLessThan(GROWTH_MB_MAX);
    const appends = await intake.metric('ledger_append_seconds_count');
    expect(await intake.metric('ledger_append_seconds_bucket', 'le="1"')).toBeLessThan(appends);
    await stopInOrder(intake);
    const end = await lab.resultsOf(users);
    checkEvents(end);
    expect(end.recorded.filter(({ stream }) => users.includes(stream.slice(7)))).toHaveLength(
      flood + users.length,
    );
  }, 120_000);

  it('ends in order amid its work on SIGTERM, and the next one goes on (35)', async () => {
    const users: [string, ...string[]] = [randomUUID(), randomUUID()];
    const first = await lab.startIntake();
    const services = new Services(seededRandom(35), users, {
      startMs: Date.now(),
      stepMsMax: 50,
      lifeMsMax: 20_000,
    });
    await lab.publish(Array.from({ length: 600 }, () => services.publish()));
    await eventually(async () =>
      expect(await first.metric('ledger_commands_total')).toBeGreaterThan(0),
    );
    const began = performance.now();
    await stopInOrder(first);
    expect(performance.now() - began).toBeLessThan(10_000);
    const second = await lab.startIntake();
    await lab.waitUntilCommitted();
    await stopInOrder(second);
    checkEvents(await lab.resultsOf(users));
  }, 60_000);

  it('exits with 1 within 5 s when Kafka refuses it for good (15)', async () => {
    const intake = await lab.startIntake();
    await lab.killKafka();
    // Less than the session that the intake asks for.
    await lab.startKafka({ 'group.max.session.timeout.ms': '10000' });
    await eventuallyHolds(
      'it was refused',
      () => intake.output.includes('consumer crashed'),
      30_000,
    );
    const began = performance.now();
    expect(await intake.ended).toBe(1);
    expect(performance.now() - began).toBeLessThan(5_000);
  }, 90_000);
});

const heldMb = async (intake: IntakeProcess): Promise<number> =>
  (await intake.metric('process_resident_memory_bytes')) / 2 ** 20;

/** The figure, once it has been the same for a while. */
async function whatItSettlesAt(figure: () => Promise<number>): Promise<number> {
  const seen: number[] = [];
  await eventually(async () => {
    seen.push(await figure());
    expect(new Set(seen.slice(-50)).size === 1 && seen.length >= 50).toBe(true);
  }, 20_000);
  return seen.at(-1) ?? 0;
}
