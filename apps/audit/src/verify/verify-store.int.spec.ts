import { accountStream } from '#identity';
import { TestLedger } from '../testing/test-ledger.js';
import { ANNA, BO, CHEN } from '../testing/sample-ledger.js';
import type { Damage } from '../checks/findings.js';

// A real Postgres whose owner tampers with it: the owner can switch off triggers and forge hashes.

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await TestLedger.open();
});
afterAll(() => ledger.close());

const anna = accountStream(ANNA);
const bo = accountStream(BO);
const chen = accountStream(CHEN);

async function foundIn(tamper: () => Promise<unknown>): Promise<readonly Damage[]> {
  return ledger.withTampering(tamper, async () => (await ledger.verify()).findings.sorted());
}

const kinds = (found: readonly Damage[]): string[] => [...new Set(found.map(({ kind }) => kind))];

const at = (place: number): string => `postgres:${String(place).padStart(16, '0')}`;

describe('verify', () => {
  it('finds no damage in a ledger that was not touched', async () => {
    const { findings, events, accounts, last } = await ledger.verify();
    expect(findings.sorted()).toEqual([]);
    expect(accounts).toBe(3);
    expect(last).toBe(at(events));
  });

  it.each([
    ['data', `data = replace(data, 'order-r1', 'order-r9')`, 'hash-broken'],
    ['meta', `meta = replace(meta, '/spec', '/spac')`, 'hash-broken'],
    ['type', `type = 'PointsExpired'`, 'hash-broken'],
    ['hash', `hash = set_byte(hash, 31, get_byte(hash, 31) # 1)`, 'hash-broken'],
    ['id', `id = '00000000-0000-5000-8000-000000000000'`, 'hash-broken'],
    ['stream', `stream = stream || 'x'`, 'foreign-stream'],
    ['revision', `revision = 900`, 'revision-gap'],
    ['position', `position = 9000`, 'position-gap'],
  ])('finds one byte changed in %s, and where', async (_, change, kind) => {
    const found = await foundIn(() =>
      ledger.sql(`update event_store.events set ${change} where stream = $1 and revision = 0`, bo),
    );
    expect(kinds(found)).toContain(kind);
    expect(found.some(({ stream }) => stream?.startsWith(bo))).toBe(true);
  });

  it('names only the event whose hash was changed, and not the one behind it', async () => {
    const found = await foundIn(() =>
      ledger.sql(
        `update event_store.events set hash = sha256('x') where stream = $1 and revision = 5`,
        anna,
      ),
    );
    expect(found).toMatchObject([{ kind: 'hash-broken', stream: anna, revision: 5 }]);
  });

  it('finds a deleted event by the hole in the positions and in the account', async () => {
    const found = await foundIn(() =>
      ledger.sql(`delete from event_store.events where position = 20`),
    );
    expect(kinds(found)).toEqual(['position-gap', 'revision-gap']);
    expect(found[0]).toMatchObject({
      position: at(21),
      detail: `1 missing before it, behind ${at(19)}`,
    });
  });

  it('finds an account removed', async () => {
    const found = await foundIn(() =>
      ledger.sql(`delete from event_store.events where stream = $1`, bo),
    );
    expect(kinds(found)).toEqual(['position-gap']);
    expect(found[0]).toMatchObject({ position: at(3) });
  });

  it('finds an event inserted behind the end', async () => {
    const found = await foundIn(() =>
      ledger.sql(
        `insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
         select (select max(position) + 1 from event_store.events), 900, gen_random_uuid(), stream,
           type, data, meta, hash
         from event_store.events where stream = $1 and revision = 0`,
        anna,
      ),
    );
    expect(kinds(found)).toEqual(expect.arrayContaining(['behind-head', 'revision-gap']));
  });

  it('finds an event inserted in the middle, with all later events moved back', async () => {
    const found = await foundIn(async () => {
      // In two steps: a position must not stand twice in between.
      for (const by of [100_000, -99_999]) {
        await ledger.sql(
          'update event_store.events set position = position + $1 where position >= 10',
          by,
        );
        await ledger.sql(
          `update event_store.events set revision = revision + $2 where stream = $1 and position > 10`,
          anna,
          by,
        );
      }
      await ledger.sql(
        `insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
         select 10, (select max(revision) + 1 from event_store.events
             where stream = $1 and position < 10),
           gen_random_uuid(), stream, type, data, meta, hash
         from event_store.events where stream = $1 and revision = 0`,
        anna,
      );
      await ledger.sql('update event_store.head set position = position + 1');
    });
    expect(found[0]).toMatchObject({ position: at(10), stream: anna });
    expect(kinds(found)).toEqual(expect.arrayContaining(['hash-broken', 'id-not-derived']));
  });

  it.each([
    ['position', 'events_position', 'primary key (position)', 'position-repeated'],
    ['revision', 'events_revision', 'unique (stream, revision)', 'revision-repeated'],
  ])('finds a %s that stands twice, where nothing forbids it', async (column, name, what, kind) => {
    const found = await foundIn(async () => {
      await ledger.sql(`alter table event_store.events drop constraint ${name}`);
      await ledger.sql(
        `update event_store.events set ${column} = ${column} - 1 where position = 10`,
      );
    }).finally(() => ledger.sql(`alter table event_store.events add constraint ${name} ${what}`));
    expect(kinds(found)).toContain(kind);
  });

  it('finds two events of an account swapped', async () => {
    const found = await foundIn(async () => {
      const swap = `update event_store.events set revision = $3 where stream = $1 and revision = $2`;
      await ledger.sql(swap, anna, 3, 1_000);
      await ledger.sql(swap, anna, 4, 3);
      await ledger.sql(swap, anna, 1_000, 4);
    });
    expect(kinds(found)).toEqual(expect.arrayContaining(['hash-broken', 'order-broken']));
    expect(found[0]).toMatchObject({ stream: anna });
  });

  it('finds the places of two events of an account swapped, whose hashes do not cover them', async () => {
    const found = await foundIn(async () => {
      const move = `update event_store.events set position = $2 where position = $1`;
      await ledger.sql(move, 1, 9_000);
      await ledger.sql(move, 4, 1);
      await ledger.sql(move, 9_000, 4);
    });
    expect(found).toMatchObject([{ kind: 'order-broken', position: at(1), stream: anna }]);
  });

  it('finds an event copied to another account', async () => {
    const found = await foundIn(async () => {
      await ledger.sql(
        `insert into event_store.events (position, revision, id, stream, type, data, meta, hash)
         select (select max(position) + 1 from event_store.events),
           (select max(revision) + 1 from event_store.events where stream = $2),
           gen_random_uuid(), $2, type, data, meta, hash
         from event_store.events where stream = $1 and revision = 0`,
        anna,
        chen,
      );
      await ledger.sql('update event_store.head set position = position + 1');
    });
    expect(kinds(found)).toEqual(
      expect.arrayContaining([
        'hash-broken',
        'id-not-derived',
        'command-not-derived',
        'rule-broken',
      ]),
    );
    expect(found.every(({ stream }) => stream === chen)).toBe(true);
  });

  it('finds the tail cut, where the store still knows how long it was', async () => {
    const found = await foundIn(() =>
      ledger.sql(`delete from event_store.events where position > 30`),
    );
    expect(found).toMatchObject([{ kind: 'tail-cut', position: at(30) }]);
  });

  it('finds a type that there is not, with hashes that fit', async () => {
    const found = await foundIn(() =>
      ledger.rewrite(anna, 2, (_, row) => (row.type = 'PointsGranted')),
    );
    expect(found.map(({ kind, position }) => [kind, position])).toEqual([
      ['unknown-type', at(7)],
      ['unknown-type', at(7)],
    ]);
  });

  it('finds what is no event, with hashes that fit', async () => {
    const found = await foundIn(() => ledger.rewrite(anna, 2, (data) => (data['points'] = -60)));
    expect(found).toMatchObject([{ kind: 'unreadable', stream: anna, revision: 2 }]);
  });
});
