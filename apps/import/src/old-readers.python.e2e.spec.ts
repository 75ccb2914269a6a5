import { randomUUID } from 'node:crypto';
import { BATCHES, DECIDED, FAULT_MAKERS, fillLegacyTables, generateLegacy } from '#import/testing';
import { LegacyPython, addressOf } from '../../../test/legacy/legacy-python.js';
import { projectLedger } from './testing/project-ledger.js';
import { TakeOverWorld } from './testing/take-over-world.js';

// The pages of the old service read the view of the ledger by the model that they read its table by.

const WRITERS = Array.from({ length: 3 }, () => randomUUID());
const TESTS_MS_MAX = 10 * 60_000;

let python: LegacyPython;
let world: TakeOverWorld;
beforeAll(() => {
  python = new LegacyPython();
}, TESTS_MS_MAX);
afterEach(() => world.drop());

type Row = Readonly<Record<string, string | number | null>>;

/** The rows of those users, or of all, by user. */
async function read(
  url: string,
  users: readonly string[] = [],
  options: readonly string[] = [],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const printed = await python.run('read_rows.py', ...options, addressOf(url), ...users);
  const byUser = new Map<string, Row[]>();
  for (const line of printed.trim().split('\n')) {
    const row = JSON.parse(line) as Row;
    const user = String(row['user_id']);
    byUser.set(user, [...(byUser.get(user) ?? []), row]);
  }
  return byUser;
}

it.each([
  { title: 'after the migration', make: ['--migrated'], model: [], hasDuration: true },
  { title: 'before the migration', make: [], model: ['--before-migration'], hasDuration: false },
])(
  'get every row as it was, with tables $title',
  async ({ make, model, hasDuration }) => {
    world = await TakeOverWorld.empty();
    await python.makeTables(world.old, ...make);
    const at = new Date().toISOString();
    const accounts = generateLegacy({
      seed: 21,
      accounts: FAULT_MAKERS.length * 2,
      at,
      hasDuration,
      columns: 'model',
    });
    await fillLegacyTables(world.pool, accounts);
    // Generated batches have ids of their own, and the service goes on behind them.
    await world.pool.query("select setval('point_batches_id_seq', 1000000)");
    await python.run('go_on.py', addressOf(world.old), '--writes', '40', ...WRITERS);
    const faultless = accounts.filter(({ fault }) => fault === null).map(({ raw }) => raw.userId);
    const users = [...faultless, ...WRITERS];
    // Some faults can't be read there, but all that is shown can be read here.
    const table = await read(world.old, users, model);

    await world.begin({ batches: BATCHES, ...DECIDED });
    await world.prepare();
    await world.json('run');
    await projectLedger(world.ledger, world.store);
    const imported = await read(world.ledger);
    await world.json('open', '--all');
    await projectLedger(world.ledger, world.store);
    const opened = await read(world.ledger);

    for (const user of users) {
      const rows = table.get(user) ?? [];
      expect(rows.length).toBeGreaterThan(1);
      // A row without a text has that of a row of ours.
      const shown = rows.map((row) => ({
        ...row,
        description: row['description'] ?? (expect.any(String) as unknown),
      }));
      expect(imported.get(user)).toEqual(shown);
      expect(opened.get(user)).toEqual(shown);
    }
    // What was altered is shown otherwise, and an adjustment has a row of its own.
    for (const { raw } of accounts) {
      const { account, statement } = await world.imported(raw.userId);
      const rows = opened.get(raw.userId) ?? [];
      expect(rows.filter(({ description: text }) => text !== '【导入调整】')).toHaveLength(
        statement.shown().length,
      );
      if (account.takeOver?.phase === 'opened') {
        expect(rows.at(-1)?.['balance_after']).toBe(account.balance);
      }
    }
  },
  TESTS_MS_MAX,
);
