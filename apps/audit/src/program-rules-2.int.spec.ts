import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SETTINGS_STREAM } from '#ledger';
import { PostgresTableWriter, migrate } from '#read-model';
import { SWITCHED, writeLedgerOfRules2 } from './testing/rules-2-ledger.js';
import { runProgram, type ProgramRun } from './testing/run-program.js';
import { ANNA, BO } from './testing/sample-ledger.js';
import { TestLedger } from './testing/test-ledger.js';

// Every command as a user calls it, on a ledger that went from rules 1 to rules 2.

let ledger: TestLedger;
let dir: string;
beforeAll(async () => {
  ledger = await TestLedger.openWith(writeLedgerOfRules2);
  dir = mkdtempSync(join(tmpdir(), 'points-audit-2-'));
  const pool = new pg.Pool({ connectionString: ledger.url, max: 1 });
  await migrate(pool);
  const { events, next } = await ledger.store.readAll(null, 10_000);
  if (next === null) throw new Error('the ledger is empty');
  await new PostgresTableWriter(pool, { name: 'points', version: 1 }).write(null, { events, next });
  await pool.end();
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await ledger.close();
});

const file = (name: string): string => join(dir, name);

const audit = (...args: string[]): Promise<ProgramRun> =>
  runProgram({ EVENT_STORE: ledger.url, DATABASE_URL: ledger.url }, ...args);

const good = async (running: Promise<ProgramRun>): Promise<string> => {
  const { status, out, err } = await running;
  expect([status, err]).toEqual([0, '']);
  return out;
};

describe('audit, of a ledger that went from rules 1 to rules 2', () => {
  it('verifies it, and says what the settings are', async () => {
    const out = await good(audit('verify'));
    expect(out).toContain(
      `2 versions of the settings, the newest in force from ${SWITCHED} on, of rules 2`,
    );
    expect(out).toContain('events of 3 accounts');
    expect(JSON.parse(await good(audit('verify', '--json')))).toMatchObject({
      ok: true,
      accounts: 3,
      settings: { version: 2, from: SWITCHED, rules: 2 },
      unknown_policies: {},
    });
  });

  it('names a version of the settings that was deleted', async () => {
    const { status, out } = await ledger.withTampering(
      () =>
        ledger.sql(
          `delete from event_store.events where stream = '${SETTINGS_STREAM}' and revision = 1`,
        ),
      () => audit('verify', '--json'),
    );
    expect(status).toBe(1);
    const { damage } = JSON.parse(out) as { damage: Record<string, number> };
    expect(Object.keys(damage)).toEqual(
      expect.arrayContaining(['position-gap', 'settings-missing', 'price-wrong']),
    );
  });

  it('replays debts and settings in the time line, in both languages', async () => {
    const out = await good(audit('replay', '--user', ANNA));
    expect(out).toMatch(/settings 1: rules 1 .* published .* first process/);
    expect(out).toMatch(/settings 2: rules 2 .* published .* lin: prices of 2030/);
    expect(out).toMatch(/settled old: 130 \/ 50, owed 10/);
    expect(out).toMatch(/Balance \d+, Held 0, Owed 0/);
    const before = out.indexOf('settings 1');
    expect(before).toBeGreaterThan(out.indexOf('ConsumePoints /spec c1'));
    expect(before).toBeLessThan(out.indexOf('ConsumePoints /spec old'));
    const chinese = await good(audit('replay', '--user', ANNA, '--lang', 'zh'));
    expect(chinese).toMatch(/设置 2: 规则 2 .* 发布 .* lin/);
    expect(chinese).toContain('结算 old: 130 / 50, 欠费 10');
  });

  it('lists the debts of a moment', async () => {
    const at = ['--user', ANNA, '--at', '2030-01-05T13:00:00Z'];
    const out = await good(audit('replay', ...at));
    expect(out).toContain('Balance 0, Held 0, Owed 10');
    expect(out).toContain('Debts, in the order they will be paid:');
    const json = JSON.parse(await good(audit('replay', ...at, '--json'))) as { debts: unknown[] };
    expect(json).toMatchObject({ owed: 10, debts: [{ consumption_id: 'old', points: 10 }] });
    expect(await good(audit('replay', ...at, '--lang', 'zh'))).toContain('欠费（按补扣顺序）:');
  });

  it('finds no difference in the tables', async () => {
    expect(await good(audit('diff'))).toMatch(/\d+ rows and 15 recharges compared with/);
    expect(JSON.parse(await good(audit('diff', '--json')))).toMatchObject({
      ok: true,
      recharges: 15,
    });
  });

  it('exports the settings with the events, and the rows of debts', async () => {
    const lines = (await good(audit('export', '--all'))).trimEnd().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types.filter((type) => type === 'SettingsPublished')).toHaveLength(2);
    const csv = await good(
      audit('export', '--user', ANNA, '--what', 'statement', '--format', 'csv'),
    );
    expect(csv).toContain('【视频生成补扣】');
    expect(csv).toContain('【充值撤销】');
    expect(csv).toContain('【充值恢复】');
  });
});

describe('anchor, prove and check, of a ledger with settings', () => {
  const key = (): string => file('key.pub');

  beforeAll(async () => {
    await good(audit('anchor', '--new-key', file('key')));
    await good(audit('anchor', '--key', file('key'), '--out', file('a')));
    await good(audit('prove', '--user', BO, '--anchor', file('a'), '--out', file('p')));
  });

  const lines = (): string[] => readFileSync(file('p'), 'utf8').split('\n');

  async function faultsOf(change: (all: string[]) => void): Promise<string> {
    const all = lines();
    change(all);
    writeFileSync(file('changed'), all.join('\n'));
    const { status, out } = await runProgram({}, 'check', file('changed'), '--key', key());
    expect(status).toBe(1);
    return out;
  }

  it('prove an account with the settings that decided it, without a store', async () => {
    const out = await good(runProgram({}, 'check', file('p'), file('a'), '--key', key()));
    expect(out).toContain('decided by 2 versions of the settings, which it holds');
    expect(out).toMatch(/good .*\/p\n/);
    const again = file('again');
    const made = audit('prove', '--user', BO, '--anchor', file('a'), '--out', again, '--json');
    expect(JSON.parse(await good(made))).toMatchObject({ ok: true, settings: 2, path: 2 });
  });

  it('refuse a proof whose settings were changed or left out', async () => {
    const settingsLine = (all: string[]): number =>
      all.findIndex((line) => line.includes('prices of 2030'));
    expect(
      await faultsOf((all) => {
        const place = settingsLine(all);
        all[place] = all[place]!.replace('prices of 2030', 'prices of 2031');
      }),
    ).toContain('settings, revision 1: hash-broken');
    expect(await faultsOf((all) => all.splice(settingsLine(all), 1))).toContain(
      'its settings are not all of those that were signed',
    );
    expect(
      await faultsOf((all) => {
        const { settings, ...header } = JSON.parse(all[0]!) as Record<string, unknown>;
        all.splice(0, 3, JSON.stringify({ ...header, format: 'points-ledger proof v1' }));
        expect(settings).toBeDefined();
      }),
    ).toContain('settings-missing');
  });

  it('refuse settings that are not those of the anchor', async () => {
    const out = await faultsOf((all) => {
      const header = JSON.parse(all[0]!) as { settings: Record<string, unknown> };
      all[0] = JSON.stringify({ ...header, settings: { ...header.settings, path: [] } });
    });
    expect(out).toContain('its path does not lead from these settings to what was signed');
  });
});
