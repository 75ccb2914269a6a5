import { ManualClock } from '../spec-support/manual-clock.js';
import { ScriptedTransport, UNKNOWN } from '../spec-support/scripted-transport.js';
import type { Decision } from '../protocol/decision.js';
import { ForbiddenError } from '../protocol/errors.js';
import type { Outcome } from '../protocol/outcome.js';
import type { LogEntry } from '../support/log.js';
import { FakeLedger } from '../testing/fake-ledger.js';
import { Hold } from './hold.js';
import { LedgerClient } from './ledger-client.js';
import { RefusedError, UnknownOutcomeError } from './results.js';

const USER = '0a11ce00-0000-4000-8000-000000000001';
const video = {
  user_id: USER,
  points: 100,
  source_type: 'video',
  source_id: 't-1',
  settle_within: 600,
};

const OPENED: Outcome = {
  ...{ command_id: 'h', command_source: '/test', command_type: 'ConsumePoints', user_id: USER },
  ...{ status: 'accepted', code: null, detail: null, balance: 1, owed: 0, points: 1 },
  ...{ collected: null, uncollected: null, consumption_id: 'h', recharge_id: null },
  ...{ batch_id: null, position: null, replayed: false },
};

async function openLedger(points = 500) {
  const ledger = new FakeLedger({ prices: { video: 10 } });
  const clock = new ManualClock();
  const client = new LedgerClient({ transport: ledger.transport(), clock });
  await client.recharge({ user_id: USER, points, expires_at: null }, { task: 'order-1' });
  return { ledger, client, clock };
}

const typesOf = (commands: readonly { readonly type: string }[]): string[] =>
  commands.map(({ type }) => type);

describe('a hold', () => {
  it('is settled at the real cost', async () => {
    const { ledger, client } = await openLedger();
    {
      await using hold = await client.hold(video);
      expect(ledger.held(USER)).toBe(100);
      expect(await hold.settle({ points: 30 })).toMatchObject({ status: 'accepted', balance: 470 });
    }
    expect([ledger.balance(USER), ledger.held(USER)]).toEqual([470, 0]);
    expect(typesOf(ledger.commands)).toEqual([
      'RechargePoints',
      'ConsumePoints',
      'SettleConsumption',
    ]);
  });

  it('is cancelled when its work is left by an exception', async () => {
    const { ledger, client } = await openLedger();
    const work = async (): Promise<void> => {
      await using hold = await client.hold(video);
      throw new Error(`the work of ${hold.consumption_id} failed`);
    };
    await expect(work()).rejects.toThrow(/the work of .* failed/);
    expect([ledger.balance(USER), ledger.held(USER)]).toEqual([500, 0]);
  });

  it('is not opened with too few points, so that no work is done that nobody pays', async () => {
    const { client } = await openLedger(5);
    const refusal: unknown = await client.hold(video).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RefusedError);
    expect(refusal).toMatchObject({ refusal: { code: 'InsufficientPoints', balance: 5 } });
    expect(await client.tryHold({ ...video, source_id: 't-2' })).toMatchObject({
      status: 'refused',
      code: 'InsufficientPoints',
    });
  });

  it('whose outcome is unknown opens nothing, and can be resumed', async () => {
    const { ledger, client } = await openLedger();
    ledger.loseNextAnswer();
    await expect(client.hold(video)).rejects.toThrow(UnknownOutcomeError);
    // The same task goes on with the same hold.
    const hold = await client.hold(video);
    expect(hold.opened.outcome.replayed).toBe(true);
    expect(ledger.balance(USER)).toBe(400);
  });

  it.each(['settled', 'cancelled', 'timed out'])(
    'that is found again by its task and was %s is refused, so that no work is done that nobody pays',
    async (end) => {
      const { ledger, client } = await openLedger();
      const hold = await client.hold(video);
      if (end === 'settled') await hold.settle({ points: 30 });
      else if (end === 'cancelled') await hold.cancel();
      else ledger.timeOut(USER, hold.consumption_id);
      const code = end === 'timed out' ? 'ConsumptionTimedOut' : 'ConsumptionClosed';
      expect(await client.tryHold(video)).toMatchObject({ status: 'refused', code });
      await expect(client.hold(video)).rejects.toThrow(RefusedError);
      expect(await client.tryHold(video, { step: 'again' })).toBeInstanceOf(Hold);
    },
  );

  it('that is found again is prolonged at once, and by other commands than those of the process before', async () => {
    const { ledger, client, clock } = await openLedger();
    const keepAlive = { forSecondsMax: 5_000 };
    await client.hold(video, { keepAlive });
    await clock.advance(200_000);
    const after = new LedgerClient({ transport: ledger.transport(), clock });
    const found = await after.hold(video, { keepAlive });
    expect(found.opened.outcome.replayed).toBe(true);
    await clock.advance(200_000);
    const extensions = ledger.commands.filter(({ type }) => type === 'ExtendConsumption');
    expect(extensions).toHaveLength(4);
    // Those of one moment are one.
    expect(new Set(extensions.map(({ id }) => id)).size).toBe(2);
    await Promise.all([client.close(), after.close()]);
  });

  it('that is found again and settled is over at once', async () => {
    const { client, clock } = await openLedger();
    await client.hold(video);
    const found = await client.hold(video);
    await clock.advance(1);
    await found.settle({ points: 30 });
    expect(await client.tryHold(video)).toMatchObject({ code: 'ConsumptionClosed' });
  });

  it('that is found again under rules that prolong nothing goes on', async () => {
    const accepted: Decision = { kind: 'accepted', outcome: { ...OPENED, replayed: true } };
    const invalid: Decision = { kind: 'invalid', code: 'Invalid', detail: 'not under rules 1' };
    const transport = new ScriptedTransport().answer(accepted, invalid);
    expect(await new LedgerClient({ transport }).tryHold(video)).toBeInstanceOf(Hold);
  });

  it('is never cancelled once a settlement was sent, although its answer is unknown', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video);
    for (let lost = 0; lost < 200; lost += 1) ledger.loseNextCommand();
    const settling = hold.settle({ points: 30 });
    const left = hold[Symbol.asyncDispose]();
    await clock.advance(130_000);
    expect(await settling).toMatchObject({ status: 'unknown' });
    await left;
    expect(typesOf(ledger.commands)).not.toContain('RefundPoints');
    await expect(hold.cancel()).rejects.toThrow('is settled');
    const settlements = ledger.commands.filter(({ type }) => type === 'SettleConsumption');
    expect(settlements.length).toBeGreaterThan(3);
    expect(new Set(settlements.map(({ id, value }) => id + value)).size).toBe(1);
  });

  it('logs a settlement that was not accepted when it is left', async () => {
    const { ledger, clock } = await openLedger();
    const entries: LogEntry[] = [];
    const log = (entry: LogEntry): number => entries.push(entry);
    const client = new LedgerClient({ transport: ledger.transport(), clock, log });
    {
      await using hold = await client.hold(video);
      // Whoever does not wait for its answer hears of it in the log.
      void hold.settle({ points: 601, overrun: 'refuse' });
    }
    expect(entries.filter(({ level }) => level === 'error')).toMatchObject([
      { msg: 'settlement was not accepted', reason: 'InsufficientPoints' },
    ]);
  });

  it('goes on with the same settlement when its answer was lost', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video);
    ledger.loseNextAnswer();
    const settling = hold.settle({ points: 30 });
    await clock.advance(5_000);
    expect(await settling).toMatchObject({ status: 'accepted', outcome: { replayed: true } });
    expect(ledger.balance(USER)).toBe(470);
    expect(await hold.settle({ points: 30 })).toMatchObject({ status: 'accepted' });
    await expect(hold.settle({ points: 31 })).rejects.toThrow('at another cost');
  });

  it('stays settled when the ledger refuses the settlement or the sender', async () => {
    const accepted: Decision = { kind: 'accepted', outcome: OPENED };
    const transport = new ScriptedTransport().answer(accepted, { kind: 'forbidden', detail: 'no' });
    const client = new LedgerClient({ transport });
    const hold = await client.hold(video);
    await expect(hold.settle({ points: 1 })).rejects.toThrow(ForbiddenError);
    await hold[Symbol.asyncDispose]();
    expect(typesOf(transport.sent)).toEqual(['ConsumePoints', 'SettleConsumption']);
  });

  it('is cancelled when the settlement could not even be written', async () => {
    const { ledger, client } = await openLedger();
    const work = async (): Promise<void> => {
      await using hold = await client.hold(video);
      await hold.settle({ duration: NaN });
    };
    await expect(work()).rejects.toThrow('duration must be a number');
    expect(ledger.balance(USER)).toBe(500);
  });

  it('is extended by itself while work goes on, and no longer than it may', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video, { keepAlive: { forSecondsMax: 1_500 } });
    await clock.advance(199_000);
    expect(typesOf(ledger.commands)).not.toContain('ExtendConsumption');
    await clock.advance(3_000_000);
    const extensions = ledger.commands.filter(({ type }) => type === 'ExtendConsumption');
    expect(extensions).toHaveLength(7);
    expect(new Set(extensions.map(({ id }) => id)).size).toBe(7);
    expect(clock.waiting).toBe(0);
    await hold.settle({ points: 1 });
  });

  it.each(['settle', 'cancel', 'close'] as const)('is extended no more after %s', async (end) => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video, { keepAlive: { forSecondsMax: 5_000 } });
    if (end === 'settle') await hold.settle({ points: 1 });
    else if (end === 'cancel') await hold.cancel('changed my mind');
    else await client.close();
    await clock.advance(10_000_000);
    expect(typesOf(ledger.commands)).not.toContain('ExtendConsumption');
    expect(clock.waiting).toBe(0);
  });

  it('tells its work when the points are not held any more', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video, { keepAlive: { forSecondsMax: 5_000 } });
    ledger.timeOut(USER, hold.consumption_id);
    await clock.advance(300_000);
    expect(hold.lost.aborted).toBe(true);
    // The work that was done is booked all the same.
    expect(await hold.settle({ points: 30 })).toMatchObject({ status: 'accepted', balance: 470 });
  });

  it('that is found again and fails refunds nothing that the process before it settled', async () => {
    const { ledger, client } = await openLedger();
    const first = await client.hold(video);
    const found = await client.hold(video);
    await first.settle({ points: 30 });
    await found[Symbol.asyncDispose]();
    expect(ledger.balance(USER)).toBe(470);
  });

  it('that is found again is returned whole where nobody settled it', async () => {
    const { ledger, client } = await openLedger();
    const first = await client.hold(video);
    const found = await client.hold(video);
    await found[Symbol.asyncDispose]();
    expect([ledger.balance(USER), ledger.held(USER)]).toEqual([500, 0]);
    expect(await first.settle({ points: 30 })).toMatchObject({ code: 'ConsumptionClosed' });
  });

  it('that was refused at one cost is settled at another, by a command of its own', async () => {
    const { ledger, client } = await openLedger();
    const hold = await client.hold(video);
    const refused = await hold.settle({ points: 601, overrun: 'refuse' });
    expect(refused).toMatchObject({ status: 'refused', code: 'InsufficientPoints' });
    expect(await hold.settle({ points: 500 })).toMatchObject({ status: 'accepted', balance: 0 });
    await expect(hold.cancel()).rejects.toThrow('is settled');
    expect(typesOf(ledger.commands)).not.toContain('RefundPoints');
  });

  it('is unknown where its sender may not settle it any more, and may have done so before', async () => {
    const accepted: Decision = { kind: 'accepted', outcome: OPENED };
    const transport = new ScriptedTransport().answer(accepted, UNKNOWN, {
      kind: 'forbidden',
      detail: 'no',
    });
    const clock = new ManualClock();
    const hold = await new LedgerClient({ transport, clock }).hold(video);
    const settling = hold.settle({ points: 1 });
    await clock.advance(1_000);
    expect(await settling).toMatchObject({ status: 'unknown', reason: 'no' });
    await expect(hold.settle({ points: 2 })).rejects.toThrow('at another cost');
  });

  it('that is opened while its client closes is not kept alive', async () => {
    let open: (decision: Decision) => void = () => undefined;
    const transport = new ScriptedTransport().answer(new Promise((resolve) => (open = resolve)));
    const clock = new ManualClock();
    const client = new LedgerClient({ transport, clock });
    const opening = client.hold(video, { keepAlive: { forSecondsMax: 5_000 } });
    const closing = client.close();
    open({ kind: 'accepted', outcome: OPENED });
    await Promise.all([opening, closing]);
    expect(clock.waiting).toBe(0);
  });

  it('can be settled while its client closes, which waits for it', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video);
    ledger.loseNextCommand();
    const other = hold.settle({ points: 30 });
    const closing = client.close();
    await clock.advance(1_000);
    await closing;
    expect(await other).toMatchObject({ status: 'accepted', balance: 470 });
  });

  it('that is found again is held for longer by other commands than those of the process before', async () => {
    const { ledger, client, clock } = await openLedger();
    await (await client.hold(video)).extend({ settle_within: 900 });
    await clock.advance(300_000);
    const found = await client.hold(video);
    expect(await found.extend({ settle_within: 900 })).toMatchObject({
      outcome: { replayed: false },
    });
    // More points are held once for work that is done again.
    await found.extend({ settle_within: 900, points: 5 });
    await (await client.hold(video)).extend({ settle_within: 900, points: 5 });
    expect(ledger.held(USER)).toBe(105);
  });

  it('tries an extension again that was not answered', async () => {
    const { ledger, client, clock } = await openLedger();
    const hold = await client.hold(video, { keepAlive: { forSecondsMax: 1_000 } });
    ledger.loseNextCommand();
    await clock.advance(600_000);
    const extensions = ledger.commands.filter(({ type }) => type === 'ExtendConsumption');
    expect(extensions.length).toBeGreaterThanOrEqual(2);
    expect(hold.lost.aborted).toBe(false);
    await hold.settle({ points: 1 });
  });

  it('is settled by its business: the price of a quantity or of seconds', async () => {
    const { ledger, client } = await openLedger();
    const hold = await client.hold({
      user_id: USER,
      source_type: 'video',
      duration: 9,
      settle_within: 60,
    });
    expect(ledger.held(USER)).toBe(90);
    await hold.settle({ duration: 4.25 });
    expect(ledger.balance(USER)).toBe(457);
    expect(hold).toBeInstanceOf(Hold);
  });

  it('returns UNKNOWN results of its transport as they are', async () => {
    const transport = new ScriptedTransport().answer(UNKNOWN);
    const client = new LedgerClient({ transport });
    expect(await client.tryHold(video)).toMatchObject({ status: 'unknown' });
  });
});
