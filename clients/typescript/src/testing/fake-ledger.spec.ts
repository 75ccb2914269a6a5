import { LedgerClient } from '../client/ledger-client.js';
import { orThrow } from '../client/results.js';
import { FakeLedger } from './fake-ledger.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';
const of = { user_id: USER };

function open() {
  const ledger = new FakeLedger({ prices: { translate: 0.5 } });
  return { ledger, client: new LedgerClient({ transport: ledger.transport() }) };
}

const recharge = (client: LedgerClient, points: number, order = 'order-1') =>
  client.recharge({ ...of, points, expires_at: null, recharge_id: order });

describe('the fake of the ledger', () => {
  it('answers enough points, not enough, and a repeat', async () => {
    const { client } = open();
    await recharge(client, 100);
    const script = { ...of, points: 60, source_type: 'script', source_id: 'task-1' };
    expect(await client.consume(script)).toMatchObject({ status: 'accepted', balance: 40 });
    expect(await client.consume(script)).toMatchObject({
      outcome: { replayed: true },
      balance: 40,
    });
    expect(await client.consume({ ...script, points: 61 })).toMatchObject({
      code: 'CommandIdReused',
    });
    expect(await client.consume({ ...script, source_id: 'task-2' })).toMatchObject({
      code: 'InsufficientPoints',
      balance: 40,
    });
  });

  it('prices a quantity, and refuses one that has no price', async () => {
    const { client } = open();
    await recharge(client, 100);
    const translate = { ...of, source_type: 'translate', quantity: 25 };
    expect(await client.consume(translate)).toMatchObject({ outcome: { points: 13 }, balance: 87 });
    expect(await client.consume({ ...of, source_type: 'script' })).toMatchObject({
      code: 'NoPrice',
    });
  });

  it('answers what a call does when no answer comes: carried out, or not', async () => {
    const { ledger, client } = open();
    ledger.loseNextAnswer();
    expect(await recharge(client, 100)).toMatchObject({ status: 'unknown' });
    ledger.loseNextCommand();
    expect(await recharge(client, 50, 'order-2')).toMatchObject({ status: 'unknown' });
    expect(ledger.balance(USER)).toBe(100);
    expect(await recharge(client, 50, 'order-2')).toMatchObject({
      status: 'accepted',
      balance: 150,
    });
  });

  it('books finished work as a debt, which the next points pay', async () => {
    const { ledger, client } = open();
    await recharge(client, 100);
    const video = { ...of, points: 100, source_type: 'video', consumption_id: 'v' };
    await client.consume({ ...video, settle_within: 60 });
    const settled = await client.settle({ ...of, consumption_id: 'v', points: 130 });
    expect(settled).toMatchObject({
      status: 'accepted',
      balance: 0,
      outcome: { owed: 30, uncollected: 0 },
    });
    expect(await recharge(client, 50, 'order-2')).toMatchObject({
      balance: 20,
      outcome: { owed: 0, collected: 30 },
    });
    expect(ledger.owed(USER)).toBe(0);
  });

  it('settles at most the balance, or not at all, where the settlement says so', async () => {
    const { client } = open();
    await recharge(client, 100);
    for (const id of ['a', 'b']) {
      const video = { ...of, points: 50, source_type: 'video', consumption_id: id };
      await client.consume({ ...video, settle_within: 60 });
    }
    const a = { ...of, consumption_id: 'a', points: 70 };
    expect(await client.settle({ ...a, overrun: 'refuse' }, { id: '1' })).toMatchObject({
      code: 'InsufficientPoints',
    });
    expect(await client.settle({ ...a, overrun: 'cap' }, { id: '2' })).toMatchObject({
      outcome: { uncollected: 20, owed: 0 },
    });
    expect(await client.settle(a, { id: '3' })).toMatchObject({ code: 'ConsumptionClosed' });
  });

  it('settles a hold that timed out', async () => {
    const { ledger, client } = open();
    await recharge(client, 100);
    const video = {
      ...of,
      points: 80,
      source_type: 'video',
      consumption_id: 'v',
      settle_within: 60,
    };
    await client.consume(video);
    expect(ledger.held(USER)).toBe(80);
    ledger.timeOut(USER, 'v');
    expect([ledger.balance(USER), ledger.held(USER)]).toEqual([100, 0]);
    const late = await client.extend({ ...of, consumption_id: 'v', settle_within: 60 });
    expect(late).toMatchObject({ code: 'ConsumptionTimedOut' });
    expect(await client.settle({ ...of, consumption_id: 'v', points: 30 })).toMatchObject({
      balance: 70,
    });
  });

  it('refunds no more than was charged', async () => {
    const { client } = open();
    await recharge(client, 100);
    await client.consume({ ...of, points: 60, source_type: 'script', consumption_id: 'c' });
    const refund = (points: number, id: string) =>
      client.refund({ ...of, consumption_id: 'c', points }, { id });
    expect(await refund(61, '1')).toMatchObject({ code: 'RefundExceedsConsumption' });
    expect(await refund(40, '2')).toMatchObject({ balance: 80 });
    expect(await refund(20, '3')).toMatchObject({ balance: 100 });
    expect(await client.refund({ ...of, consumption_id: 'c' }, { id: '4' })).toMatchObject({
      code: 'NothingToRefund',
    });
    expect(await client.refund({ ...of, consumption_id: 'x' })).toMatchObject({
      code: 'UnknownConsumption',
    });
  });

  it('reverses a recharge once, and reinstates it', async () => {
    const { client } = open();
    await recharge(client, 100);
    expect(await recharge(client, 100)).toMatchObject({ outcome: { replayed: true } });
    await client.consume({ ...of, points: 30, source_type: 'script' });
    const order = { ...of, recharge_id: 'order-1' };
    const reversed = orThrow(await client.reverse({ ...order, cause: 'chargeback' }));
    expect(reversed.outcome).toMatchObject({ balance: 0, owed: 30, points: 70 });
    const again = await client.reverse({ ...order, cause: 'mistake' }, { id: 'again' });
    expect(again).toMatchObject({ code: 'NothingToReverse' });
    expect(await client.reinstate(order)).toMatchObject({ balance: 70, outcome: { owed: 0 } });
    expect(await client.reinstate(order, { id: 'once more' })).toMatchObject({
      code: 'NothingToReinstate',
    });
    expect(await client.reverse({ ...of, recharge_id: 'x', cause: 'mistake' })).toMatchObject({
      code: 'UnknownRecharge',
    });
  });
});
