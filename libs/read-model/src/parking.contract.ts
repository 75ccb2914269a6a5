import type { EventBatch, DamagedRecord, RecordedEvent } from '#event-store';
import { accountStream } from '#identity';
import type { LedgerEvent } from '#ledger';

import { consumed, recharged, settled, userNo } from './testing/event-builders.js';
import {
  isDenseSuccessor,
  writeAll,
  readStatement,
  type OpenReadTables,
  type OpenTables,
} from './testing/open-tables.js';
import { PARKED_PER_HOUR_MAX } from './fold/parking.js';
import type { PoisonReason } from './fold/poison-event.js';
import { inBatches, indexOf, positionOf, recordedEvent, inStoreOrder } from './testing/vectors.js';

const [DAMAGED, INTACT, OTHER] = [userNo(1), userNo(2), userNo(3)];

const history: readonly LedgerEvent[] = [
  recharged({ balanceAfter: 100 }),
  consumed({ balanceAfter: 90 }),
  consumed({ balanceAfter: 80, consumptionId: 'c2' }),
  consumed({ balanceAfter: 70, consumptionId: 'c3' }),
];

const accounts = [DAMAGED, INTACT, OTHER].map((userId) => ({ userId, events: history }));

const isOf =
  (userId: string, revision: number) =>
  (event: RecordedEvent): boolean =>
    event.stream === accountStream(userId) && event.revision === revision;

/** The events of all three accounts in turn, the sick one's changed at one revision. */
function batchWithChangedEvent(
  revision: number,
  change: (event: RecordedEvent) => RecordedEvent,
): EventBatch {
  const events = inStoreOrder(accounts).map((event) =>
    isOf(DAMAGED, revision)(event) ? change(event) : event,
  );
  return inBatches(events, events.length)[0]!;
}

const withData = (event: LedgerEvent) => (recorded: RecordedEvent) =>
  recordedEvent(DAMAGED, recorded.revision, event, indexOf(recorded.position));

const poisons: readonly [string, PoisonReason, (event: RecordedEvent) => RecordedEvent][] = [
  ['data that is damaged', 'unreadable-event', (event) => ({ ...event, data: '{' })],
  ['a balance that the rows do not give', 'rows-disagree', withData(consumed({ balanceAfter: 1 }))],
  [
    'a draw on a batch that never came in',
    'rows-disagree',
    (event) =>
      withData(
        consumed({
          balanceAfter: 100 - event.revision * 10,
          draws: [{ batchId: 7, points: 10 }],
        }),
      )(event),
  ],
  [
    'a settlement of what never began',
    'rows-disagree',
    (event) => withData(settled({ balanceAfter: 110 - event.revision * 10, of: 99 }))(event),
  ],
  [
    'a value that no column holds',
    'unwritable-value',
    (event) =>
      withData(consumed({ balanceAfter: 100 - event.revision * 10, consumptionId: 'half \ud83d' }))(
        event,
      ),
  ],
];

export function parkingContract(open: OpenReadTables): void {
  const expectOthersToBeWhole = async ({ tables }: OpenTables): Promise<void> => {
    for (const userId of [INTACT, OTHER]) {
      expect(await readStatement(tables, userId)).toHaveLength(4);
      expect(await tables.account(userId)).toMatchObject({ balance: 70, revision: 3 });
      expect(await tables.projectionStatus(userId)).toMatchObject({ parked: null });
    }
  };

  it.each(poisons)(
    'parks the account of an event with %s in the middle of a batch, and no other account',
    async (_, code, change) => {
      const opened = await open(isDenseSuccessor);
      const batch = batchWithChangedEvent(2, change);
      await expect(opened.writer.write(null, batch)).rejects.toMatchObject({ reason: code });
      const parked = [{ userId: DAMAGED, revision: 2, position: positionOf(7), code }];
      const applied = { kind: 'applied', events: 10, rows: 10, parked };
      expect(await opened.writer.writeWithParking(null, batch)).toMatchObject(applied);
      await expectOthersToBeWhole(opened);
      expect(await readStatement(opened.tables, DAMAGED)).toHaveLength(2);
      expect(await opened.tables.account(DAMAGED)).toMatchObject({ balance: 90, revision: 1 });
      expect(await opened.tables.projectionStatus(DAMAGED)).toMatchObject({
        position: batch.next,
        parked: {
          code,
          revision: 2,
          position: positionOf(7),
          detail: expect.any(String) as string,
        },
      });
      expect(await opened.writer.checkpoint()).toMatchObject({ parked: 1, eventCount: 10 });
    },
  );

  it('parks an account at its first event, when it has no row yet', async () => {
    const opened = await open(isDenseSuccessor);
    const batch = batchWithChangedEvent(0, (event) => ({ ...event, data: '{' }));
    const applied = { parked: [{ userId: DAMAGED, revision: 0 }] };
    expect(await opened.writer.writeWithParking(null, batch)).toMatchObject(applied);
    await expectOthersToBeWhole(opened);
    expect(await opened.tables.account(DAMAGED)).toBeNull();
    expect(await opened.tables.projectionStatus(DAMAGED)).toMatchObject({
      parked: { revision: 0 },
    });
  });

  it('parks an account with a missing revision', async () => {
    const opened = await open(() => true);
    const { events, next } = batchWithChangedEvent(9, (event) => event);
    const leaking = { events: events.filter((event) => !isOf(DAMAGED, 1)(event)), next };
    expect(await opened.writer.writeWithParking(null, leaking)).toMatchObject({
      parked: [{ userId: DAMAGED, revision: 2, code: 'hole-in-stream' }],
    });
    await expectOthersToBeWhole(opened);
  });

  it('skips later events of a parked account, however they are written', async () => {
    const opened = await open(isDenseSuccessor);
    const events = inStoreOrder(accounts).map((event) =>
      isOf(DAMAGED, 0)(event) ? { ...event, data: '{' } : event,
    );
    const [first, ...others] = inBatches(events, 3);
    await opened.writer.writeWithParking(null, first!);
    await writeAll(opened.writer, others, first!.next);
    await expectOthersToBeWhole(opened);
    expect(await readStatement(opened.tables, DAMAGED)).toEqual([]);
    expect(await opened.writer.checkpoint()).toMatchObject({ position: positionOf(12), parked: 1 });
    // Delivered again, it is not taken for an event that came too late.
    const again = inBatches(events, events.length)[0]!;
    expect(await opened.writer.write(again.next, again)).toEqual({ kind: 'nothing' });
  });

  it.each<[DamagedRecord['code'], number | null]>([
    ['stream-deleted', null],
    ['unreadable-record', 2],
  ])('parks the account of a damaged record (%s) at once', async (code, revision) => {
    const opened = await open(isDenseSuccessor);
    const events = inStoreOrder([
      { userId: DAMAGED, events: history.slice(0, 2) },
      { userId: INTACT, events: history },
      { userId: OTHER, events: history },
    ]).map((event) => {
      const place = indexOf(event.position);
      return place < 7 ? event : { ...event, position: positionOf(place + 1) };
    });
    const stream = accountStream(DAMAGED);
    const record: DamagedRecord = {
      stream,
      revision,
      position: positionOf(7),
      code,
      detail: 'deleted by an operator',
    };
    const batch = { events, damaged: [record], next: positionOf(11) };
    expect(await opened.writer.write(null, batch)).toMatchObject({
      kind: 'applied',
      events: 10,
      parked: [{ userId: DAMAGED, revision: 2, code, position: positionOf(7) }],
    });
    await expectOthersToBeWhole(opened);
    expect(await opened.tables.account(DAMAGED)).toMatchObject({ balance: 90 });
    expect(await opened.tables.projectionStatus(DAMAGED)).toMatchObject({
      parked: { code, revision: 2 },
    });
  });

  it('reports no due points of a parked account, which would stay due for ever', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const expires = { expiresAt: '2030-01-02T00:00:00.000Z' };
    const events = inStoreOrder([
      { userId: DAMAGED, events: [recharged({ balanceAfter: 100, ...expires }), history[1]!] },
      { userId: INTACT, events: [recharged({ balanceAfter: 100, ...expires }), history[1]!] },
    ]).map((event) => (isOf(DAMAGED, 1)(event) ? { ...event, data: '{' } : event));
    await writer.writeWithParking(null, inBatches(events, 4)[0]!);
    const due = await tables.dueAccounts('2031-01-01T00:00:00.000Z', 10);
    expect(due.map(({ userId }) => userId)).toEqual([INTACT]);
  });

  it('counts no pre-deduction of a parked account as open, because its end may be skipped', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const opens = consumed({ balanceAfter: 90, settleBy: '2030-01-02T00:00:00.000Z' });
    const events = inStoreOrder([{ userId: DAMAGED, events: [history[0]!, opens, history[2]!] }]);
    await writeAll(writer, inBatches(events.slice(0, 2), 2));
    expect(await tables.oldestOpenConsumption()).toBe(opens.at);
    const last = { ...events[2]!, data: '{' };
    await writer.writeWithParking(events[1]!.position, { events: [last], next: last.position });
    expect(await tables.oldestOpenConsumption()).toBeNull();
  });

  it('advances past a batch with nothing but a damaged record', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const record: DamagedRecord = {
      stream: accountStream(DAMAGED),
      revision: null,
      position: positionOf(1),
      code: 'stream-deleted',
      detail: 'deleted by an operator',
    };
    const batch = { events: [], damaged: [record], next: positionOf(1) };
    expect(await writer.write(null, batch)).toMatchObject({ events: 0, rows: 0 });
    expect(await tables.projectionStatus(DAMAGED)).toMatchObject({ parked: { revision: 0 } });
    expect(await tables.position()).toBe(positionOf(1));
  });

  it.each<[string, PoisonReason, (event: RecordedEvent) => RecordedEvent]>([
    ['a type that it does not know', 'unknown-event', (event) => ({ ...event, type: 'Gifted' })],
    [
      'an event written by a newer program',
      'unknown-event',
      (event) => ({ ...event, meta: event.meta.replace('"v":1', '"v":3') }),
    ],
  ])('parks no account because of %s, and writes nothing', async (_, reason, change) => {
    const { tables, writer } = await open(isDenseSuccessor);
    const batch = batchWithChangedEvent(1, change);
    await expect(writer.writeWithParking(null, batch)).rejects.toMatchObject({ reason });
    expect(await tables.position()).toBeNull();
    expect(await writer.checkpoint()).toMatchObject({ parked: 0 });
  });

  it('parks no account because of a gap in the store', async () => {
    const { tables, writer } = await open(isDenseSuccessor);
    const { events, next } = batchWithChangedEvent(9, (event) => event);
    const leaking = { events: events.filter((_, index) => index !== 3), next };
    await expect(writer.writeWithParking(null, leaking)).rejects.toMatchObject({
      reason: 'hole-in-store',
    });
    expect(await tables.position()).toBeNull();
  });

  describe('many at once', () => {
    const unreadable = (count: number): RecordedEvent[] =>
      Array.from({ length: count }, (_, n) => ({
        ...recordedEvent(userNo(100 + n), 0, history[0]!, n + 1),
        data: '{',
      }));

    it(`parks ${PARKED_PER_HOUR_MAX} accounts within an hour, and stops at the next one`, async () => {
      const { tables, writer } = await open(isDenseSuccessor);
      const [first, second] = inBatches(unreadable(PARKED_PER_HOUR_MAX + 1), PARKED_PER_HOUR_MAX);
      await writer.writeWithParking(null, first!);
      expect(await writer.checkpoint()).toMatchObject({ parked: PARKED_PER_HOUR_MAX });
      await expect(writer.writeWithParking(first!.next, second!)).rejects.toMatchObject({
        name: 'TooManyParked',
      });
      expect(await tables.position()).toBe(first!.next);
      expect(await writer.checkpoint()).toMatchObject({ parked: PARKED_PER_HOUR_MAX });
    });

    it('does not count deleted streams', async () => {
      const { writer } = await open(isDenseSuccessor);
      const damaged = Array.from({ length: 3 * PARKED_PER_HOUR_MAX }, (_, n) => ({
        stream: accountStream(userNo(100 + n)),
        revision: null,
        position: positionOf(n + 1),
        code: 'stream-deleted' as const,
        detail: 'deleted by an operator',
      }));
      const next = damaged.at(-1)!.position;
      await writer.write(null, { events: [], damaged, next });
      expect(await writer.checkpoint()).toMatchObject({ parked: 60 });
      const events = unreadable(1).map((event) => ({
        ...event,
        stream: accountStream(DAMAGED),
        position: positionOf(61),
      }));
      await writer.writeWithParking(next, { events, next: positionOf(61) });
      expect(await writer.checkpoint()).toMatchObject({ parked: 61 });
    });
  });
}
