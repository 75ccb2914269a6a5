import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import {
  accountBalance,
  accountState,
  parseWith,
  transactionStory,
  type CommandBody,
  type TransactionStory,
  type TransactionsPage,
} from '#contracts';
import { MemoryEventStore } from '#event-store/testing';
import { digestedData } from '#identity';
import { fixedSettings } from '#settings/testing';
import { ALICE, openTestApi, read, userPath, type TestApi } from '../testing/api-fixture.js';

// What readers see of debts and of reversed recharges, which only rules 2 know.

let api: TestApi;
let sent: number;

beforeEach(async () => {
  sent = 0;
  const store = new MemoryEventStore();
  const settings = fixedSettings({ rules: 2 });
  api = await openTestApi({
    store,
    commandProcessor: new AccountCommandProcessor({ store, settings }),
  });
});

afterEach(() => api.close());

/** Throws unless the command is accepted. */
async function send(body: CommandBody): Promise<void> {
  sent += 1;
  api.clock.time += 60_000;
  const command = { ...body, source: '/spec', id: `command-${sent}` };
  const { answer } = await api.commandProcessor.run(
    toLedgerCommand(command, new Date(api.clock.time).toISOString()),
    { correlation: command.id, data: digestedData(body.data) },
  );
  if (answer.status !== 'accepted') throw new Error(`${body.type}: ${answer.code}`);
}

const of = { user_id: ALICE };
const recharge = (
  points: number,
  recharge_id: string,
  source_id: string | null = recharge_id,
): CommandBody => ({
  type: 'RechargePoints',
  data: { ...of, points, expires_at: null, source_id, recharge_id },
});

/** 100 are held for a video that costs 130. */
async function oweThirty(): Promise<void> {
  await send(recharge(100, 'order-1'));
  const video = { ...of, source_type: 'video', source_id: 'task-1', consumption_id: 'job' };
  await send({ type: 'ConsumePoints', data: { ...video, points: 100, settle_within: 3_600 } });
  await send({ type: 'SettleConsumption', data: { ...of, consumption_id: 'job', points: 130 } });
  await api.project();
}

const rowsOf = async (query = ''): Promise<TransactionsPage['items']> =>
  (await read(api, userPath(`transactions${query}`))).json<TransactionsPage>().items;

async function storyOf(row: { readonly row_ref: string } | undefined): Promise<TransactionStory> {
  const response = await read(api, userPath(`transactions/${row?.row_ref}`));
  const parsed = parseWith(transactionStory, response.json());
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return response.json<TransactionStory>();
}

describe('an account that owes', () => {
  beforeEach(oweThirty);

  it('has its debt beside the balance, now and at any time in the past', async () => {
    const now = (await read(api, userPath('balance'))).json<object>();
    expect(parseWith(accountBalance, now)).toMatchObject({ ok: true });
    expect(now).toMatchObject({ balance: 0, held: 0, owed: 30 });
    const before = await read(api, userPath('balance?at=2030-06-01T00:02:30Z'));
    expect(before.json()).toMatchObject({ balance: 0, held: 100, owed: 0 });
    const state = (await read(api, userPath('state'))).json<object>();
    expect(parseWith(accountState, state)).toMatchObject({ ok: true, value: { owed: 30 } });
  });

  it('tells with a row what was charged and what is owed', async () => {
    const { consumption } = await storyOf((await rowsOf('?source_id=task-1'))[0]);
    expect(consumption).toMatchObject({
      ...{ status: 'settled', estimate: 100, actual: 130 },
      ...{ charged: 100, owed: 30, uncollected: 0 },
    });
  });

  it('pays with what comes in, by rows of the same task', async () => {
    await send(recharge(50, 'order-2'));
    await api.project();
    const balance = await read(api, userPath('balance'));
    expect(balance.json()).toMatchObject({ balance: 20, owed: 0 });
    const [collected, held] = await rowsOf('?source_id=task-1');
    expect(collected).toMatchObject({
      ...{ type: 'consume', amount: 30, balance_before: 50, balance_after: 20 },
      ...{ source_type: 'video', description: '【视频生成补扣】' },
    });
    const story = await storyOf(collected);
    expect(story.event.type).toBe('DebtCollected');
    expect(story.command).toMatchObject({ type: 'RechargePoints', id: 'command-4' });
    expect(story.consumption).toMatchObject({ charged: 130, owed: 0 });
    expect(story.consumption?.transactions).toEqual([held, collected]);
  });

  it('has the rows that paid it in its CSV file, of one task too', async () => {
    await send(recharge(50, 'order-2'));
    await api.project();
    const whole = (await read(api, userPath('transactions.csv'))).body.trimEnd().split('\r\n');
    expect(whole).toHaveLength(5);
    expect(whole[1]).toContain('consume,30,50,20,video,task-1,');
    expect(whole[1]).toContain('【视频生成补扣】');
    const ofTask = await read(api, userPath('transactions.csv?source_id=task-1'));
    expect(ofTask.body.trimEnd().split('\r\n')).toEqual([whole[0], whole[1], whole[3]]);
  });
});

describe('a recharge that was reversed', () => {
  const order = { ...of, recharge_id: 'order-1' };

  beforeEach(async () => {
    await send(recharge(100, 'order-1'));
    await send({ type: 'ConsumePoints', data: { ...of, points: 70, source_type: 'script' } });
    const metadata = { dispute: 'case-1' };
    await send({ type: 'ReverseRecharge', data: { ...order, cause: 'chargeback', metadata } });
    await send({ type: 'ReinstateRecharge', data: { ...order, points: 90 } });
    await api.project();
  });

  it('is told with each of its rows, and what its sender kept with the command', async () => {
    const rows = await rowsOf('?source_id=order-1');
    expect(rows.map(({ description, amount }) => [description, amount])).toEqual([
      ['【充值恢复】', 20],
      ['【充值撤销】', 30],
      ['【积分充值】', 100],
    ]);
    const stories = await Promise.all(rows.map(storyOf));
    for (const { consumption, recharge } of stories) {
      expect(consumption).toBeNull();
      expect(recharge).toMatchObject({
        ...{ recharge_id: 'order-1', revision: 0, source_id: 'order-1' },
        ...{ points: 100, reversed: 100, reinstated: 90, transactions: [...rows].reverse() },
      });
    }
    expect(stories.map(({ command }) => command.metadata)).toEqual([
      null,
      { dispute: 'case-1' },
      null,
    ]);
  });

  it.each([
    ['has no order', null],
    ['shares its order with another that was reversed', 'order-2'],
  ])('is told with a row that does not tell it, where it %s', async (_, source) => {
    await send(recharge(170, 'second', source));
    await send(recharge(10, 'third', source));
    for (const recharge_id of ['third', 'second']) {
      const data = { ...of, recharge_id };
      await send({ type: 'ReverseRecharge', data: { ...data, cause: 'mistake' } });
      await send({ type: 'ReinstateRecharge', data });
    }
    await api.project();
    const [reinstated] = await rowsOf();
    expect(reinstated).toMatchObject({ description: '【充值恢复】', source_id: source });
    const story = await storyOf(reinstated);
    expect(story.recharge).toMatchObject({ recharge_id: 'second', points: 170 });
    expect(story.recharge?.transactions).toEqual([reinstated]);
  });

  it('tells what a sender kept, also with a row that is not of the first event', async () => {
    const metadata = { ticket: '17' };
    await send({ type: 'ReverseRecharge', data: { ...order, points: 90, cause: 'mistake' } });
    await send({ type: 'ReinstateRecharge', data: { ...order, points: 80, metadata } });
    await api.project();
    // The debt of 70 is forgiven first, and with it stands what the sender told.
    const { event, command } = await storyOf((await rowsOf('?source_id=order-1'))[0]);
    expect(event).toMatchObject({ type: 'RechargeReinstated', data: { forgiven: 70, points: 10 } });
    expect(event.meta.data).toBeUndefined();
    expect(command.metadata).toEqual(metadata);
  });
});
