import { eventually } from '#testing';
import { MemoryLog } from '#event-store/testing';
import { DEFAULT_POLICY } from '#ledger';
import {
  accountIn,
  consume,
  eventsIn,
  expectRecorded,
  expectValidHistory,
  expire,
  faults,
  gate,
  openProcessor,
  recharge,
  refund,
  run,
  secondsLater,
  storedIn,
  userOf,
} from './testing/index.js';

describe('The account command processor', () => {
  it('records all pending commands of an account in one append, in the order of the calls', async () => {
    const { processor, log, appends } = openProcessor();
    const commands = [recharge('r', 100), consume('a', 30), consume('b', 80), consume('c', 70)];
    const answers = await run(processor, ...commands);
    expect(answers.map(({ answer }) => [answer.code, answer.balance])).toEqual([
      [null, 100],
      [null, 70],
      ['InsufficientPoints', 70],
      [null, 0],
    ]);
    expect(appends).toHaveLength(1);
    for (const [i, answered] of answers.entries()) {
      expectRecorded(log, commands[i] as (typeof commands)[number], answered);
    }
    expectValidHistory(log);
  });

  it('decides on the cached state without reading the account again', async () => {
    const { processor, log, observed } = openProcessor();
    await run(processor, recharge('r', 100));
    const [spent] = await run(processor, consume('a', 40));
    expect(spent?.answer).toMatchObject({ status: 'accepted', balance: 60, revision: 1 });
    expect(observed('accountLoaded')).toHaveLength(1);
    expect(observed('cacheHit')).toHaveLength(1);
    expectValidHistory(log);
  });

  it('stores the origin and the policy with each event', async () => {
    const { processor, log } = openProcessor();
    const kafka = { topic: 'points.commands', partition: 3, offset: '42' };
    await processor.run(recharge('r', 100), { correlation: 'c1', traceparent: 't1', kafka });
    const [stored] = storedIn(log);
    const meta: unknown = JSON.parse(stored?.meta ?? '');
    expect(meta).toMatchObject({ v: 1, correlation: 'c1', traceparent: 't1', kafka });
    expect(meta).toMatchObject({ command: { source: '/spec', id: 'r', type: 'RechargePoints' } });
    expect((meta as { policy: string }).policy).toMatch(/^\S+$/);
  });

  it('does not let one account wait for another', async () => {
    const { opened: stallUntil, open: goOn } = gate();
    const slow = userOf(1);
    const { processor } = openProcessor({
      faultOf: ({ stream }) => (stream.endsWith(slow) ? { stallUntil } : undefined),
    });
    const stalled = run(processor, recharge('r', 100, { userId: slow }));
    const [other] = await run(processor, recharge('r', 100, { userId: userOf(2) }));
    expect(other?.answer.balance).toBe(100);
    goOn();
    expect((await stalled)[0]?.answer.balance).toBe(100);
  });

  it('collects commands that arrive during an append into the next batch', async () => {
    const { opened: stallUntil, open: goOn } = gate();
    const { processor, appends, log } = openProcessor({ faultOf: faults({ stallUntil }) });
    const first = run(processor, recharge('r', 100));
    await eventually(() => expect(appends).toHaveLength(1));
    const rest = run(processor, consume('a', 1), consume('b', 2), consume('c', 3));
    goOn();
    await Promise.all([first, rest]);
    expect(appends.map(({ events }) => events.length)).toEqual([1, 3]);
    expectValidHistory(log);
  });

  it('returns the position up to which a reader sees the recorded events', async () => {
    const { processor, store } = openProcessor();
    const [answered] = await run(processor, recharge('r', 100), consume('a', 40));
    const page = await store.readAll(null, 100);
    const upTo = page.events.filter((event) => event.position <= (answered?.position ?? ''));
    expect(upTo.map((event) => event.revision)).toContain(answered?.answer.revision);
  });

  it('answers an ExpirePoints that finds nothing due without an event or a position', async () => {
    const { processor, log } = openProcessor();
    await run(processor, recharge('r', 100));
    const [answered] = await run(processor, expire('e'));
    expect(answered).toMatchObject({
      answer: { status: 'accepted', balance: 100, revision: null },
      position: null,
    });
    expect(eventsIn(log)).toHaveLength(1);
  });

  it('puts at most 500 events into an append and the rest into the next', async () => {
    const { processor, log, appends } = openProcessor();
    const commands = Array.from({ length: 999 }, (_, i) => consume(`c${i}`, 1));
    await run(processor, recharge('r', 2_000), ...commands);
    expect(appends.map(({ events }) => events.length)).toEqual([500, 500]);
    expect(accountIn(log).balance).toBe(1_001);
    expectValidHistory(log);
  });

  it('puts at most 512 KiB into an append and the rest into the next', async () => {
    const { processor, log, appends } = openProcessor();
    const wide = { correlation: '宽'.repeat(1_000) };
    const commands = Array.from({ length: 300 }, (_, i) => recharge(`r${i}`, 1));
    await Promise.all(commands.map((command) => processor.run(command, wide)));
    const bytes = appends.map(({ events }) =>
      events.reduce((sum, { data, meta }) => sum + Buffer.byteLength(data + meta), 0),
    );
    expect(Math.max(...bytes)).toBeLessThanOrEqual(512 * 1024);
    expect(Math.max(...bytes)).toBeGreaterThan(480 * 1024);
    expect(eventsIn(log)).toHaveLength(300);
    expectValidHistory(log);
  });

  it('never splits the events of one command over two appends', async () => {
    const { processor, log, appends } = openProcessor({ limits: { appendEventsMax: 2 } });
    const expiring = { expiresAt: secondsLater(10) };
    const recharges = ['r1', 'r2', 'r3'].map((id) => ({ ...recharge(id, 5), ...expiring }));
    await run(processor, ...recharges);
    const before = appends.length;
    await run(processor, consume('a', 1, { at: secondsLater(60) }), recharge('r4', 7));
    expect(appends.slice(before).map(({ events }) => events.length)).toEqual([4, 1]);
    expectValidHistory(log);
  });

  it('gives the same answers after its cache was cleared', async () => {
    const { processor, observed, log } = openProcessor();
    await run(processor, recharge('r', 100));
    processor.clearCache();
    expect(processor.stats.cached).toBe(0);
    const [spent] = await run(processor, consume('a', 40));
    expect(spent?.answer.balance).toBe(60);
    expect(observed('accountLoaded')).toHaveLength(2);
    expectValidHistory(log);
  });

  it('caches no more accounts than its limit', async () => {
    const { processor } = openProcessor({ limits: { cachedAccountsMax: 4 } });
    for (let n = 0; n < 9; n += 1) await run(processor, recharge('r', 1, { userId: userOf(n) }));
    expect(processor.stats.cached).toBeGreaterThan(1);
    expect(processor.stats.cached).toBeLessThanOrEqual(4);
  });

  it('loads an account that was written under a policy with longer idempotency windows', async () => {
    const log = new MemoryLog();
    const generous = openProcessor({ log });
    await run(generous.processor, recharge('r', 100), consume('a', 40), consume('b', 10));
    await run(generous.processor, refund('f', 'a', { at: secondsLater(5) }));
    const policy = { ...DEFAULT_POLICY, consumptionsMax: 1 };
    const { processor } = openProcessor({ log, policy });
    const [kept, forgotten] = await run(processor, refund('g', 'b'), refund('h', 'a'));
    expect(kept?.answer).toMatchObject({ status: 'accepted', balance: 100 });
    expect(forgotten?.answer.code).toBe('UnknownConsumption');
    expectValidHistory(log);
  });
});
