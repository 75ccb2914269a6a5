import { NO_STREAM, PermanentStoreError } from '#event-store';
import type { MemoryEventStore } from '#event-store/testing';
import { CHAIN_START, accountStream } from '#identity';
import type { LedgerCommand, LedgerEvent } from '#ledger';
import {
  ORIGIN,
  USER,
  accountIn,
  consume,
  errorOf,
  eventsIn,
  expectValidHistory,
  openProcessor,
  recharge,
  run,
  userOf,
} from './testing/index.js';
import { settingsInForceOf } from '#settings/testing';
import { encodeEvent, provenancesOf } from './encode-event.js';
import { AccountDamaged, DecisionFailed } from './errors.js';

/** A stream with a good event and one that the rules could not have produced behind it. */
async function writeTampered(store: MemoryEventStore, bend: (event: LedgerEvent) => unknown) {
  const donor = openProcessor();
  const commands = [recharge('r', 100), consume('a', 40)];
  await run(donor.processor, ...commands);
  const [first, second] = eventsIn(donor.log) as [LedgerEvent, LedgerEvent];
  const [command] = commands;
  const { later: provenance } = provenancesOf(
    command as LedgerCommand,
    ORIGIN,
    settingsInForceOf(),
  );
  const stream = accountStream(USER);
  const good = encodeEvent(first, provenance, { stream, revision: 0, before: CHAIN_START });
  const place = { stream, revision: 1, before: good.hash };
  const tampered = encodeEvent(bend(second) as LedgerEvent, provenance, place);
  await store.append(stream, NO_STREAM, [good, tampered]);
}

describe('Events that the rules can’t have produced', () => {
  it.each([
    ['a balance that does not add up', (event: LedgerEvent) => ({ ...event, balanceAfter: 90 })],
    ['points that the account did not have', (event: LedgerEvent) => ({ ...event, points: 4_000 })],
    ['an unknown type', (event: LedgerEvent) => ({ ...event, type: 'PointsBorrowed' })],
    ['a missing field', (event: LedgerEvent) => ({ ...event, at: undefined })],
  ])('stop the account with an error that names stream and revision: %s', async (_, tamper) => {
    const { processor, store, log, observed } = openProcessor();
    await writeTampered(store, tamper);
    const size = log.size;
    const errors = await Promise.all(
      [consume('b', 1), recharge('s', 1)].map((command) => errorOf(processor.run(command, ORIGIN))),
    );
    for (const error of errors) {
      expect(error).toBeInstanceOf(AccountDamaged);
      expect(error).toMatchObject({ stream: accountStream(USER), revision: 1 });
    }
    expect(observed('alarm')).toEqual([[errors[0]]]);
    expect(log.size).toBe(size);
  });

  it('stop no other account', async () => {
    const { processor, store } = openProcessor();
    await writeTampered(store, (event) => ({ ...event, balanceAfter: 1 }));
    const [, other] = await Promise.all([
      errorOf(processor.run(consume('b', 1), ORIGIN)),
      processor.run(recharge('r', 5, { userId: userOf(7) }), ORIGIN),
    ]);
    expect(other.answer.balance).toBe(5);
  });
});

describe('A permanent failure', () => {
  it('of the store is passed on unchanged, raises an alarm, and does not affect later commands', async () => {
    const { processor, log, store, observed } = openProcessor();
    const donor = openProcessor();
    await run(donor.processor, recharge('r', 100));
    const stolen = donor.appends[0]?.events;
    if (stolen === undefined) throw new Error('nothing was appended');
    await store.append('points-another-user', NO_STREAM, stolen);
    const error = await errorOf(processor.run(recharge('r', 100), ORIGIN));
    expect(error).toBeInstanceOf(PermanentStoreError);
    expect(error).toMatchObject({ code: 'event-id-reused' });
    expect(observed('alarm')).toEqual([[error]]);
    const [next] = await run(processor, recharge('other', 7));
    expect(next?.answer.balance).toBe(7);
    expectValidHistory(log);
  });

  it('of a read is not retried', async () => {
    const failure = new PermanentStoreError('access-denied', 'not for this role');
    const { processor, observed } = openProcessor({ readFaultOf: () => failure });
    expect(await errorOf(processor.run(recharge('r', 100), ORIGIN))).toBe(failure);
    expect(observed('readFailed')).toHaveLength(0);
    expect(observed('alarm')).toEqual([[failure]]);
  });

  it('of the rules rejects its command alone, and the account goes on', async () => {
    const { processor, log, observed } = openProcessor();
    const impossible = { ...consume('x', 1), type: 'BorrowPoints' } as unknown as LedgerCommand;
    const [before, failed, after] = await Promise.all([
      processor.run(recharge('r', 100), ORIGIN),
      errorOf(processor.run(impossible, ORIGIN)),
      processor.run(consume('a', 40), ORIGIN),
    ]);
    expect(before.answer.balance).toBe(100);
    expect(failed).toBeInstanceOf(DecisionFailed);
    expect(after.answer.balance).toBe(60);
    expect(observed('alarm')).toEqual([[failed]]);
    expect(accountIn(log).balance).toBe(60);
    // The rules may have left the state half changed, so it is loaded again.
    expect(observed('accountLoaded')).toHaveLength(2);
    expectValidHistory(log);
  });
});
