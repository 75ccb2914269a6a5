import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { BATCHES, DECIDED, FAULT_MAKERS } from '#import/testing';
import { runProgram as runAudit, type ProgramRun } from '../../audit/src/testing/run-program.js';
import { projectLedger } from './testing/project-ledger.js';
import { TakeOverWorld } from './testing/take-over-world.js';

// The auditor's commands on accounts that were taken over with every fault, went on here, and of which one
// was handed back when the take-over was finished. The projector writes the read tables while they are
// imported, and afterwards.

let world: TakeOverWorld;
let folder: string;
let spender: string;
let handedBack: string;
let tables: pg.Pool;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'points-ledger-proof-'));
  world = await TakeOverWorld.make(FAULT_MAKERS.length * 2);
  await world.begin();
  await world.prepare();
  await world.json('run');
  await project();
  // Some rows are said again: they are altered by another mapping.
  await world.begin({ batches: BATCHES, ...DECIDED, texts: 'label' });
  await world.json('open', '--all');
  for (const { raw } of world.openable) {
    await world.recharge(raw.userId, 70);
    await world.consume(raw.userId, 30);
  }
  [spender = '', handedBack = ''] = world.openable
    .filter(({ fault }) => fault?.kind === 'Refund' || fault?.kind === 'Sum')
    .map(({ raw }) => raw.userId);
  await world.run(['finish']);
  await world.run(['export-back', '--hand-back', '--users', 'users'], [handedBack]);
  await project();
  tables = new pg.Pool({ connectionString: world.ledger });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await tables.end();
  await world.drop();
});

const project = (): Promise<void> => projectLedger(world.ledger, world.store);

const audit = (...args: readonly string[]): Promise<ProgramRun> =>
  runAudit({ EVENT_STORE: world.ledger, DATABASE_URL: world.ledger }, ...args);

const offline = (...args: readonly string[]): Promise<ProgramRun> =>
  runAudit({ DATA_DIR: folder }, ...args);

const good = async (running: Promise<ProgramRun>): Promise<string> => {
  const { status, out, err } = await running;
  expect([err, status, status === 0 ? '' : out]).toEqual(['', 0, '']);
  return out;
};

const inFolder = (name: string): string => join(folder, name);

/** The id there of a row of that account that is shown here, in the middle of its statement. */
async function legacyRowOf(user: string): Promise<string> {
  const { statement } = await world.imported(user);
  const shown = statement.shown();
  return shown[Math.floor(shown.length / 2)]?.legacyId ?? '';
}

it('verifies every event of every account', async () => {
  const found = JSON.parse(await good(audit('verify', '--json'))) as Record<string, unknown>;
  expect(found).toMatchObject({ ok: true });
});

it('finds no difference in the read tables, and one in a legacy row that was changed there', async () => {
  expect(await good(audit('diff'))).toContain('No differences found.');
  const where = `where user_id = '${spender}' and legacy_id = ${await legacyRowOf(spender)}`;
  const change = (by: number) =>
    tables.query(`update mjk_point_transactions_v1 set amount = amount + ${by} ${where}`);
  await change(1);
  const { status, out } = await audit('diff', '--json').finally(() => change(-1));
  expect(status).toBe(1);
  const { differences } = JSON.parse(out) as { differences: readonly object[] };
  expect(differences).toEqual([expect.objectContaining({ user: spender, column: 'amount' })]);
});

it('replays an account with the rows of before, and to a moment before it was opened', async () => {
  const { account, statement } = await world.imported(spender);
  const replayed = async (...args: readonly string[]) =>
    JSON.parse(await good(audit('replay', '--user', spender, '--json', ...args))) as {
      readonly balance: number;
      readonly page: readonly { readonly legacy_id?: string }[];
    };
  const now = await replayed();
  expect(now.balance).toBe(account.balance);
  const newest = statement
    .shown()
    .map(({ legacyId }) => legacyId)
    .toReversed();
  const ids = now.page.flatMap(({ legacy_id: id }) => id ?? []);
  expect(ids).toEqual(newest.slice(0, ids.length));
  expect(ids).not.toEqual([]);
  const before = await replayed('--revision', '1');
  expect(before.balance).toBe(statement.balance);
  expect(before.page[0]?.legacy_id).toBe(newest[0]);
});

describe('a proof of an account that was taken over', () => {
  const key = (): string => inFolder('key');
  const check = (file: string): Promise<ProgramRun> =>
    offline('check', file, '--key', `${key()}.pub`);

  beforeAll(async () => {
    await good(offline('anchor', '--new-key', key()));
    await good(audit('anchor', '--key', key(), '--out', inFolder('anchor')));
    for (const user of [spender, handedBack]) {
      const out = inFolder(user);
      await good(audit('prove', '--user', user, '--anchor', inFolder('anchor'), '--out', out));
    }
  });

  it('is accepted with nothing but the public key', async () => {
    expect((await world.imported(handedBack)).account.takeOver?.phase).toBe('handed_back');
    const { account } = await world.imported(spender);
    const out = await good(check(inFolder(spender)));
    expect(out).toContain(`user ${spender}: all ${account.revision + 1} events`);
    expect(await good(check(inFolder(handedBack)))).toContain(`user ${handedBack}`);
  });

  it('is refused where a legacy row says another amount, or is left out', async () => {
    const proof = readFileSync(inFolder(spender), 'utf8');
    const id = await legacyRowOf(spender);
    const { statement } = await world.imported(spender);
    const row = JSON.stringify(statement.get(id)?.row);
    const amount = String(statement.get(id)?.row[2]);
    for (const other of [row.replace(`,${amount},`, `,${amount}1,`), '']) {
      const bent = proof.replaceAll(
        JSON.stringify(row).slice(1, -1),
        JSON.stringify(other).slice(1, -1),
      );
      expect(bent).not.toBe(proof);
      writeFileSync(inFolder('bent'), bent);
      const { status, out } = await check(inFolder('bent'));
      expect(status).toBe(1);
      expect(out).toContain('BAD   ');
    }
  });
});
