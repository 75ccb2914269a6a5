import { MemoryLog } from '#event-store/testing';
import { DEFAULT_POLICY } from '#ledger';
import {
  accountIn,
  consume,
  eventsIn,
  expectRecorded,
  expectValidHistory,
  expire,
  openProcessor,
  recharge,
  run,
  secondsLater,
  storedIn,
} from './testing/index.js';

const consumed = (log: MemoryLog): number =>
  eventsIn(log).filter((event) => event.type === 'PointsConsumed').length;

function countReads() {
  let count = 0;
  const readFaultOf = (): undefined => {
    count += 1;
  };
  return { reads: () => count, readFaultOf };
}

describe('A repeated command', () => {
  it('is answered from the same batch when both copies are in it', async () => {
    const { reads, readFaultOf } = countReads();
    const { processor, log, appends } = openProcessor({ readFaultOf });
    const again = consume('a', 40);
    const [, first, second] = await run(processor, recharge('r', 100), again, again);
    expect(first?.answer).toMatchObject({ balance: 60, replayed: false });
    expect(second?.answer).toEqual({ ...first?.answer, replayed: true });
    expect(second?.position).toBe(first?.position);
    expect(consumed(log)).toBe(1);
    expect(appends).toHaveLength(1);
    expect(reads()).toBe(1);
  });

  it('gets its first answer with its first balance after the account has changed', async () => {
    const { processor, log } = openProcessor();
    const [first] = await run(processor, recharge('r', 100));
    await run(processor, consume('a', 40));
    const [again] = await run(processor, recharge('r', 100));
    expect(again).toEqual({ ...first, answer: { ...first?.answer, replayed: true } });
    expect(eventsIn(log)).toHaveLength(2);
  });

  it('gets its first answer from a processor that has not loaded the account before', async () => {
    const log = new MemoryLog();
    const first = await run(openProcessor({ log }).processor, recharge('r', 100));
    const second = await run(openProcessor({ log }).processor, recharge('r', 100));
    expect(second[0]?.answer).toEqual({ ...first[0]?.answer, replayed: true });
    expect(second[0]?.position).toBe(first[0]?.position);
    expect(eventsIn(log)).toHaveLength(1);
  });

  it('stays refused although the account has enough points now', async () => {
    const { processor, log } = openProcessor();
    const [refused] = await run(processor, consume('a', 40));
    await run(processor, recharge('r', 100));
    const [again] = await run(processor, consume('a', 40));
    expect(refused?.answer.code).toBe('InsufficientPoints');
    expect(again?.answer).toEqual({ ...refused?.answer, replayed: true });
    expect(accountIn(log).balance).toBe(100);
  });

  it('is answered from all of its events, with the position of the last one', async () => {
    const { processor, log } = openProcessor();
    const soon = { ...recharge('r1', 5), expiresAt: secondsLater(1) } as ReturnType<
      typeof recharge
    >;
    const late = consume('a', 1, { at: secondsLater(60) });
    await run(processor, soon, recharge('r2', 10), late, consume('b', 1));
    const [again] = await run(processor, late);
    expectRecorded(log, late, again!);
    const own = storedIn(log).filter(({ data }) => data.includes(late.commandId));
    expect(own).toHaveLength(2);
    expect(again?.position).toBe(own.at(-1)?.position);
  });

  it('is recognised when thousands are repeated at once, each with its own first answer', async () => {
    const log = new MemoryLog();
    const commands = [recharge('r', 5_000)];
    for (let i = 0; i < 1_500; i += 1) commands.push(consume(`c${i}`, 1));
    const first = await run(openProcessor({ log }).processor, ...commands);
    const { reads, readFaultOf } = countReads();
    const other = openProcessor({ log, readFaultOf });
    const again = await run(other.processor, ...commands.toReversed());
    expect(again.toReversed().map(({ answer }) => ({ ...answer, replayed: false }))).toEqual(
      first.map(({ answer }) => answer),
    );
    expect(other.appends).toHaveLength(0);
    expect(reads()).toBeLessThan(20);
    expect(eventsIn(log)).toHaveLength(1_501);
  });

  it('is refused when it has other content under the same id, and nothing is recorded', async () => {
    const { processor, log } = openProcessor();
    const [, inGroup] = await run(processor, recharge('r', 100), recharge('r', 200));
    const [later] = await run(processor, recharge('r', 300));
    const expected = { status: 'refused', code: 'CommandIdReused', balance: 100, revision: null };
    expect(inGroup).toMatchObject({ answer: expected, position: null });
    expect(later).toMatchObject({ answer: expected, position: null });
    expect(eventsIn(log)).toHaveLength(1);
  });

  it('is refused even when two processors decide the two contents at the same revision', async () => {
    const log = new MemoryLog();
    const [a, b] = [openProcessor({ log }), openProcessor({ log })];
    await run(a.processor, recharge('r', 100));
    await run(b.processor, expire('look'));
    const [first] = await run(a.processor, consume('same', 10));
    const [second] = await run(b.processor, consume('same', 20));
    expect(first?.answer).toMatchObject({ status: 'accepted', balance: 90 });
    expect(second?.answer).toMatchObject({ code: 'CommandIdReused', balance: 90 });
    await run(b.processor, consume('next', 5));
    expect(accountIn(log).balance).toBe(85);
    expectValidHistory(log);
  });

  it('leaves the hash chain unbroken when another processor recorded it at another time', async () => {
    const log = new MemoryLog();
    const [a, b] = [openProcessor({ log }), openProcessor({ log })];
    await run(a.processor, recharge('r', 100));
    await run(b.processor, expire('look'));
    const [first] = await run(a.processor, consume('same', 10, { at: secondsLater(1) }));
    const [second] = await run(b.processor, consume('same', 10, { at: secondsLater(2) }));
    expect(second?.answer).toEqual({ ...first?.answer, replayed: true });
    await run(b.processor, consume('next', 5, { at: secondsLater(3) }));
    expectValidHistory(log);
  });

  it('is refused when it is too old to be distinguished from a repeat', async () => {
    const policy = { ...DEFAULT_POLICY, rememberDays: 0, rememberMin: 2, rememberMax: 4 };
    const { processor, log } = openProcessor({ policy });
    for (let i = 0; i < 4; i += 1)
      await run(processor, recharge(`r${i}`, 1, { at: secondsLater(i) }));
    const [late] = await run(processor, recharge('x', 5, { at: secondsLater(0.5) }));
    expect(late?.answer).toMatchObject({ status: 'refused', code: 'TooLate', balance: 4 });
    expect(late?.position).toBeNull();
    expect(eventsIn(log)).toHaveLength(4);
  });

  it('is decided again when the store was restored to a state before its first answer', async () => {
    const { processor, store, observed } = openProcessor();
    const restored = openProcessor();
    await run(processor, recharge('r', 100));
    store.readStream = (stream, options) => restored.store.readStream(stream, options);
    store.append = (stream, expected, events) => restored.store.append(stream, expected, events);
    const [again] = await run(processor, recharge('r', 100));
    expect(again?.answer).toMatchObject({ status: 'accepted', balance: 100, replayed: false });
    expect(observed('conflicted')).toHaveLength(1);
    expectValidHistory(restored.log);
  });

  it('is checked against the store when it would record nothing itself', async () => {
    const log = new MemoryLog();
    const [stale, busy] = [openProcessor({ log }), openProcessor({ log })];
    await run(stale.processor, recharge('r', 100));
    await run(busy.processor, consume('a', 40));
    const [answered] = await run(stale.processor, expire('e'));
    expect(answered?.answer).toMatchObject({ status: 'accepted', balance: 60 });
    expect(stale.observed('conflicted')).toHaveLength(1);
  });
});
