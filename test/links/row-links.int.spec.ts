import { TABLES_NAME } from '#platform';
import type { PointTransactionItem, TransactionStory, TransactionsPage } from '#contracts';
import type { RecordedEvent } from '#event-store';
import {
  openApiOnPostgres,
  type ApiOnPostgres,
} from '../../apps/api/src/testing/api-on-postgres.js';
import {
  ALICE,
  BOB,
  sendAccepted,
  userPath,
  read,
} from '../../apps/api/src/testing/api-fixture.js';
import { unparkAccounts } from '#projection';
import { Rebuild, type RebuildOutcome } from '#projection';

// Links to rows are kept in mails, tickets and bookmarks. Whatever happens to the read tables, a link
// shows the row that it was made for, or reports that it does not exist, but never another row.

const never = new AbortController().signal;

let opened: ApiOnPostgres;

beforeEach(async () => {
  opened = await openApiOnPostgres('row_links');
});
afterEach(() => opened.close());

async function rowsOf(userId: string): Promise<readonly PointTransactionItem[]> {
  return (await read(opened.api, userPath('transactions', userId))).json<TransactionsPage>().items;
}

const everyRow = async () => [...(await rowsOf(ALICE)), ...(await rowsOf(BOB))];

/** The row that the link shows, or null when it does not exist. */
async function shownBy(
  row: PointTransactionItem,
  name: string | number,
): Promise<PointTransactionItem | null> {
  const response = await read(opened.api, userPath(`transactions/${name}`, row.user_id));
  if (response.statusCode === 404) return null;
  expect(response.statusCode).toBe(200);
  return response.json<TransactionStory>().transaction;
}

/** Records points in turn, because a missing row shifts the ids of all later rows. */
async function liveTogether(first: number, count: number): Promise<void> {
  for (let n = first; n < first + count; n += 1) {
    for (const user_id of [ALICE, BOB]) {
      const recharge = { user_id, points: 100 + n, expires_at: null };
      await sendAccepted(opened.api, 'RechargePoints', `r-${n}`, recharge);
    }
  }
}

/** Projects all events into the tables, while one event of ALICE can't be read. */
async function projectDamaged(revision: number): Promise<void> {
  const { store, tables } = opened;
  const { next, events, ...page } = await store.readAll(null, 1_000);
  const damaged = (event: RecordedEvent): RecordedEvent =>
    event.stream === `points-${ALICE}` && event.revision === revision
      ? { ...event, data: '{' }
      : event;
  if (next === null) throw new Error('nothing was stored');
  await tables.writeWithParking(null, { ...page, events: events.map(damaged), next });
  expect((await tables.projectionStatus(ALICE)).parked).toMatchObject({ revision });
}

async function unpark(): Promise<void> {
  const parts = { store: opened.store, pool: opened.pool, name: TABLES_NAME };
  for await (const result of unparkAccounts(parts, [ALICE], never)) {
    expect(result).toMatchObject({ kind: 'unparked' });
  }
}

function rebuild(): Rebuild {
  const { store, pool, followsDirectly } = opened;
  const parts = { store, pool, name: TABLES_NAME, observer: {} };
  return new Rebuild({ ...parts, ...(followsDirectly !== null && { followsDirectly }) });
}

const isSwitched = (rebuilt: RebuildOutcome): void =>
  expect(rebuilt).toMatchObject({ kind: 'switched' });

/** Every name of a row that was ever published, and the current ones. */
async function expectLinksToHold(given: readonly PointTransactionItem[]): Promise<void> {
  for (const row of given) {
    const shown = await shownBy(row, row.row_ref);
    expect(shown).toEqual({ ...row, id: shown?.id });
  }
  await expectNoOtherRow(given);
}

async function expectNoOtherRow(given: readonly PointTransactionItem[]): Promise<void> {
  for (const row of given) {
    const byId = await shownBy(row, row.id);
    if (byId !== null) expect(byId).toEqual(row);
  }
  for (const row of await everyRow()) {
    expect(await shownBy(row, row.id)).toEqual(row);
    expect(await shownBy(row, row.row_ref)).toEqual(row);
  }
}

describe('a link to a row', () => {
  it('never shows another row after parking, unparking, rebuilds and a switch back', async () => {
    await liveTogether(0, 6);
    await projectDamaged(2);
    const given = await everyRow();
    await expectLinksToHold(given);
    await unpark();
    given.push(...(await everyRow()));
    await expectLinksToHold(given);
    expect(await shownBy(given[0]!, given[0]!.id)).toBeNull();
    isSwitched(await rebuild().run({ acceptDifferences: false }, never));
    given.push(...(await everyRow()));
    await expectLinksToHold(given);
    isSwitched(await rebuild().rollBack(never));
    await expectLinksToHold(given);
    isSwitched(await rebuild().rollBack(never));
    await rebuild().drop('kept');
    isSwitched(await rebuild().run({ acceptDifferences: false }, never));
    given.push(...(await everyRow()));
    await expectLinksToHold(given);
  });

  it('shows its row after a rebuild that unparks an account', async () => {
    await liveTogether(0, 6);
    await projectDamaged(2);
    const given = await everyRow();
    isSwitched(await rebuild().run({ acceptDifferences: false }, never));
    expect(await rowsOf(ALICE)).toHaveLength(6);
    given.push(...(await everyRow()));
    await expectLinksToHold(given);
    isSwitched(await rebuild().rollBack(never));
    expect(await rowsOf(ALICE)).toHaveLength(2);
    await expectNoOtherRow(given);
  });

  it('shows its row by its id too after a rebuild that changes nothing', async () => {
    await liveTogether(0, 4);
    await opened.api.project();
    const given = await everyRow();
    isSwitched(await rebuild().run({ acceptDifferences: false }, never));
    for (const row of given) expect(await shownBy(row, row.id)).toEqual(row);
    await expectLinksToHold(given);
  });

  it('shows its row after a switch back to a version with other row ids', async () => {
    await liveTogether(0, 4);
    await projectDamaged(1);
    const again = rebuild();
    isSwitched(await again.run({ acceptDifferences: false }, never));
    const given = await everyRow();
    await unpark();
    given.push(...(await everyRow()));
    isSwitched(await rebuild().rollBack(never));
    given.push(...(await everyRow()));
    await expectLinksToHold(given);
  });
});
