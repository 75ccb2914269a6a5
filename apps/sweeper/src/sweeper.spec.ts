import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import type { CommandBody } from '#contracts';
import type { Position } from '#event-store';
import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { MemoryReadTables } from '#read-model/testing';
import { fixedSettings } from '#settings/testing';
import { Sweeper, type SweeperLimits } from './sweeper.js';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const timeOf = (ms: number): string => new Date(ms).toISOString();
const userOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function open(limits: Partial<SweeperLimits> = {}, settings = fixedSettings()) {
  const store = new MemoryEventStore({ log: new MemoryLog() });
  const processor = new AccountCommandProcessor({ store, settings });
  const tables = new MemoryReadTables();
  let nowMs = START_MS;
  let projected: Position | null = null;

  const project = async (): Promise<void> => {
    const { events, next } = await store.readAll(projected, 10_000);
    if (next === null || events.length === 0) return;
    await tables.write(projected, { events, next });
    projected = next;
  };
  const eventCount = async (): Promise<number> => (await store.readAll(null, 10_000)).events.length;
  let commands = 0;
  const send = async (body: CommandBody): Promise<void> => {
    const sent = { ...body, source: '/spec', id: `spec-${(commands += 1)}` };
    const command = toLedgerCommand(sent, timeOf(nowMs));
    const { answer } = await processor.run(command, { correlation: 'spec' });
    if (answer.status !== 'accepted') throw new Error(`${body.type}: ${answer.code}`);
  };
  const recharge = (user: number, expiresAt: string | null) =>
    send({
      type: 'RechargePoints',
      data: { user_id: userOf(user), points: 10, expires_at: expiresAt },
    });
  const sweeperOn = (projects: boolean) =>
    new Sweeper({
      tables: {
        dueAccounts: (at, limit) => tables.dueAccounts(at, limit),
        position: async () => {
          if (projects) await project();
          return tables.position();
        },
      },
      execute: (command, origin) => processor.run(command, origin),
      now: () => nowMs,
      limits: { waitMsMax: 50, ...limits },
    });
  const pass = (ms: number): void => void (nowMs += ms);
  return { project, send, recharge, sweeperOn, pass, eventCount, tables };
}

const IN_AN_HOUR = timeOf(START_MS + 3_600_000);

describe('The sweeper', () => {
  it('does nothing when nothing is due', async () => {
    const { recharge, project, sweeperOn, eventCount } = await open();
    await recharge(1, IN_AN_HOUR);
    await project();
    expect(await sweeperOn(true).sweep()).toEqual({ sent: 0, failed: [] });
    expect(await eventCount()).toBe(1);
  });

  it('expires what is due, page by page', async () => {
    const { recharge, project, sweeperOn, pass: advance, tables } = await open({ pageMax: 3 });
    for (let user = 1; user <= 10; user++) await recharge(user, IN_AN_HOUR);
    await project();
    advance(3_600_000);
    expect(await sweeperOn(true).sweep()).toEqual({ sent: 10, failed: [] });
    await project();
    for (let user = 1; user <= 10; user++) {
      expect((await tables.account(userOf(user)))?.balance).toBe(0);
    }
  });

  it('ends the sweep when the read tables do not keep up', async () => {
    const { recharge, project, sweeperOn, pass: advance, eventCount } = await open({ pageMax: 3 });
    for (let user = 1; user <= 10; user++) await recharge(user, IN_AN_HOUR);
    await project();
    advance(3_600_000);
    expect(await sweeperOn(false).sweep()).toEqual({ sent: 3, failed: [] });
    expect(await eventCount()).toBe(13);
  });

  it('has no effect after another sweeper was first', async () => {
    const { recharge, project, sweeperOn, pass: advance, eventCount } = await open();
    for (let user = 1; user <= 5; user++) await recharge(user, IN_AN_HOUR);
    await project();
    advance(3_600_000);
    await Promise.all([sweeperOn(false).sweep(), sweeperOn(false).sweep()]);
    advance(1_000);
    await sweeperOn(false).sweep();
    expect(await eventCount()).toBe(10);
  });

  it('reports accounts whose command was not answered, and continues with the others', async () => {
    const { recharge, project, sweeperOn, pass: advance, tables } = await open();
    await recharge(1, IN_AN_HOUR);
    await project();
    advance(3_600_000);
    const away = new Error('the store is unavailable');
    const sweeper = new Sweeper({
      tables,
      execute: () => Promise.reject(away),
      now: () => START_MS + 3_600_000,
    });
    expect(await sweeper.sweep()).toEqual({
      sent: 0,
      failed: [{ userId: userOf(1), cause: away }],
    });
    expect((await sweeperOn(true).sweep()).sent).toBe(1);
  });
});

describe('The sweeper under rules 2', () => {
  const openRules2 = () => open({}, fixedSettings({ rules: 2 }));

  const hold = (user: number, id: string, on_timeout: 'return' | 'charge'): CommandBody => ({
    type: 'ConsumePoints',
    data: {
      user_id: userOf(user),
      points: 10,
      source_type: 'script',
      consumption_id: id,
      settle_within: 60,
      on_timeout,
    },
  });

  it('charges a pre-deduction that is charged when it times out, once', async () => {
    const { send, recharge, project, sweeperOn, pass, tables } = await openRules2();
    await recharge(1, null);
    await send(hold(1, 'kept', 'charge'));
    await project();
    pass(60_000);
    expect(await sweeperOn(true).sweep()).toEqual({ sent: 1, failed: [] });
    await project();
    expect(await tables.account(userOf(1))).toMatchObject({ balance: 0, held: 0, owed: 0 });
    pass(60_000);
    expect(await sweeperOn(true).sweep()).toEqual({ sent: 0, failed: [] });
  });

  it('collects a debt from the points that a time-out returns', async () => {
    const { send, recharge, project, sweeperOn, pass, tables } = await openRules2();
    const user_id = userOf(1);
    await recharge(1, null);
    await send(hold(1, 'first', 'return'));
    await recharge(1, null);
    await send(hold(1, 'second', 'return'));
    const settled = { user_id, consumption_id: 'first', points: 14 };
    await send({ type: 'SettleConsumption', data: settled });
    await project();
    expect(await tables.account(user_id)).toMatchObject({ balance: 0, held: 10, owed: 4 });
    pass(60_000);
    expect(await sweeperOn(true).sweep()).toEqual({ sent: 1, failed: [] });
    await project();
    expect(await tables.account(user_id)).toMatchObject({ balance: 6, held: 0, owed: 0 });
  });
});
