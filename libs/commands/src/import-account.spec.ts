import { MemoryEventStore, MemoryLog } from '#event-store/testing';
import { accountStream, importDigest } from '#identity';
import { BrokenRule, type ImportBody, type NonEmpty } from '#ledger';
import {
  closedThere,
  imported,
  legacyRow,
  legacyRows,
  opened,
  openingBatch,
} from '#ledger/testing';
import { fixedSettings, settingsInForceOf } from '#settings/testing';
import { encodeImported, readImportedAccount } from './import-account.js';
import {
  AT,
  USER,
  consume,
  eventsIn,
  expectValidHistory,
  openProcessor,
  recharge,
  run,
  secondsLater,
  storedIn,
} from './testing/index.js';

const STREAM = accountStream(USER);
const RULES_2 = fixedSettings({ rules: 2 });
const SETTINGS = settingsInForceOf({ rules: 2 });

/** An importer that appends what it encodes, and says what became of it. */
async function importInto(log: MemoryLog, bodies: NonEmpty<ImportBody>, now = AT): Promise<string> {
  const store = new MemoryEventStore({ log });
  const account = await readImportedAccount(store, USER);
  const expected = account.account.revision;
  const origin = { importId: 'old', now, settings: SETTINGS, correlation: 'import-1' };
  const { events } = encodeImported(account, bodies, origin);
  return (await store.append(STREAM, expected, events)).kind;
}

const BEGIN: NonEmpty<ImportBody> = [imported(), legacyRows([legacyRow(1), legacyRow(2)])];
const OPEN: NonEmpty<ImportBody> = [
  opened({
    batches: [openingBatch(1, 100, { points: 120 })],
    closed: [closedThere('k1', [{ batchId: 1, points: 20 }])],
    rows: 2,
    throughId: '2',
  }),
];

describe('What an importer appends', () => {
  it('is chained, and named by what it does', async () => {
    const log = new MemoryLog();
    expect(await importInto(log, BEGIN)).toBe('ok');
    expect(await importInto(log, OPEN, secondsLater(9))).toBe('ok');
    expectValidHistory(log);
    const metas = storedIn(log).map(({ meta }) => JSON.parse(meta) as Record<string, unknown>);
    expect(metas.map(({ command }) => command)).toEqual([
      { source: 'import:old', id: 'begin', type: 'AccountImported' },
      { source: 'import:old', id: 'rows:1', type: 'LegacyRowsImported' },
      { source: 'import:old', id: 'open', type: 'AccountOpened' },
    ]);
    expect(metas[0]).toMatchObject({ settings: 1, rules: 2, v: 2, correlation: 'import-1' });
    expect(metas.some((meta) => 'data' in meta || 'policy' in meta)).toBe(false);
    const [first, , open] = eventsIn(log);
    const { type, ...fields } = imported();
    expect(first).toMatchObject({ at: AT, digest: importDigest(type, fields), balanceAfter: 0 });
    expect(open).toMatchObject({ at: secondsLater(9), balanceAfter: 100, owedAfter: 0 });
  });

  it('is never dated before what stands there', async () => {
    const log = new MemoryLog();
    await importInto(log, BEGIN, secondsLater(3));
    await importInto(log, OPEN);
    expect(eventsIn(log).map(({ at, receivedAt }) => [at, receivedAt])).toEqual(
      Array.from({ length: 3 }, () => [secondsLater(3), secondsLater(3)]),
    );
  });

  it('is there once, whichever of two importers was first', async () => {
    const log = new MemoryLog();
    const store = new MemoryEventStore({ log });
    const origin = { importId: 'old', now: AT, settings: SETTINGS, correlation: 'c' };
    const one = encodeImported(await readImportedAccount(store, USER), BEGIN, origin);
    const other = encodeImported(await readImportedAccount(store, USER), [imported()], {
      ...origin,
      now: secondsLater(1),
    });
    expect((await store.append(STREAM, -1, one.events)).kind).toBe('ok');
    expect((await store.append(STREAM, -1, one.events)).kind).toBe('ok');
    expect((await store.append(STREAM, -1, other.events)).kind).toBe('conflict');
    expect(eventsIn(log)).toHaveLength(2);
  });

  it('goes on with what is read back', async () => {
    const log = new MemoryLog();
    await importInto(log, BEGIN);
    const account = await readImportedAccount(new MemoryEventStore({ log }), USER);
    expect(account.account.takeOver).toMatchObject({ phase: 'imported', throughId: '2' });
    expect(account.statement.standing().map(([id]) => id)).toEqual(['1', '2']);
    const gone = legacyRows([], { gone: ['2'], throughId: '2' });
    expect(await importInto(log, [gone])).toBe('ok');
  });

  it.each<[string, NonEmpty<ImportBody>, string]>([
    ['an account that began otherwise', [legacyRows([])], 'the account was not imported'],
    [
      'a row that can not be shown',
      [imported(), legacyRows([legacyRow(1, { amount: 0 })])],
      "legacy row 1 can't be shown",
    ],
  ])('is refused where the rules can not take it: %s', async (_, bodies, reason) => {
    await expect(importInto(new MemoryLog(), bodies)).rejects.toThrow(reason);
  });

  it('is refused for an account that commands began', async () => {
    const log = new MemoryLog();
    await run(openProcessor({ log, settings: RULES_2 }).processor, recharge('r', 5));
    await expect(importInto(log, BEGIN)).rejects.toBeInstanceOf(BrokenRule);
  });

  it('is refused under rules 1', async () => {
    const account = await readImportedAccount(new MemoryEventStore(), USER);
    const settings = settingsInForceOf();
    const origin = { importId: 'old', now: AT, settings, correlation: 'c' };
    expect(() => encodeImported(account, BEGIN, origin)).toThrow('rules 2 only');
  });
});

describe('A command to an account that is taken over', () => {
  it('is not taken over until the account is opened, though its state is cached', async () => {
    const log = new MemoryLog();
    await importInto(log, BEGIN);
    const { processor } = openProcessor({ log, settings: RULES_2 });
    const [before] = await run(processor, consume('a', 40));
    expect(before).toMatchObject({
      position: null,
      answer: { status: 'refused', code: 'NotTakenOver', revision: null, replayed: false },
    });
    expect(eventsIn(log)).toHaveLength(2);
    await importInto(log, OPEN);
    const [after] = await run(processor, consume('a', 40));
    expect(after?.answer).toMatchObject({ status: 'accepted', balance: 60, revision: 3 });
    const [again] = await run(processor, consume('a', 40));
    expect(again?.answer).toEqual({ ...after?.answer, replayed: true });
    expectValidHistory(log);
  });

  it('is not taken over where it came before the opening', async () => {
    const log = new MemoryLog();
    await importInto(log, BEGIN);
    await importInto(log, OPEN, secondsLater(60));
    const { processor } = openProcessor({ log, settings: RULES_2 });
    const early = consume('a', 1, { at: secondsLater(59) });
    const late = consume('b', 1, { at: secondsLater(60) });
    const answers = await run(processor, early, late);
    expect(answers.map(({ answer }) => answer.code)).toEqual(['NotTakenOver', null]);
  });
});

describe('A command to an account that has no stream', () => {
  const during = (from: string, until: string) => ({
    ...RULES_2,
    isTakeOverOn: (at: string) => from <= at && at < until,
  });

  it('is not taken over while accounts are, and begins it otherwise', async () => {
    const log = new MemoryLog();
    const settings = during(secondsLater(10), secondsLater(20));
    const { processor } = openProcessor({ log, settings });
    const [refused] = await run(processor, recharge('r', 5, { at: secondsLater(10) }));
    expect(refused?.answer).toMatchObject({ code: 'NotTakenOver', balance: 0 });
    expect(eventsIn(log)).toEqual([]);
    const [accepted] = await run(processor, recharge('r', 5, { at: secondsLater(20) }));
    expect(accepted?.answer).toMatchObject({ status: 'accepted', balance: 5 });
  });

  it('changes nothing for one that began here before', async () => {
    const settings = during(secondsLater(10), secondsLater(20));
    const { processor } = openProcessor({ settings });
    const answers = await run(
      processor,
      recharge('r', 5),
      recharge('s', 5, { at: secondsLater(10) }),
    );
    expect(answers.map(({ answer }) => answer.balance)).toEqual([5, 10]);
  });
});
