import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { FaultKind } from '#import';
import {
  BATCHES,
  DECIDED,
  FAULT_MAKERS,
  fillLegacyTables,
  generateLegacy,
  type GeneratedAccount,
} from '#import/testing';
import { runProgram } from '../foreign/run-program.js';
import { LegacyPython } from './legacy-python.js';

const PROGRAM = join(import.meta.dirname, '../../dist/apps/import/src/main.js');
const ACCOUNTS = FAULT_MAKERS.length * 2;
const CHECK_MS_MAX = 60_000;
const TESTS_MS_MAX = 10 * 60_000;

interface CheckJson {
  readonly accounts: number;
  readonly undecided: number;
  readonly faults: readonly {
    readonly kind: FaultKind;
    readonly status: string;
    readonly users: readonly string[];
  }[];
}

describe('import check on tables that SQLAlchemy and Alembic made', () => {
  const server = process.env['TEST_PG_URL'] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'points-ledger-legacy-'));
  const databases: string[] = [];
  let python: LegacyPython;

  beforeAll(() => {
    python = new LegacyPython();
  }, TESTS_MS_MAX);

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    for (const database of databases) await onServer(`drop database ${database} with (force)`);
  });

  const onServer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  async function emptyDatabase(): Promise<string> {
    const database = `legacy_${process.pid}_${databases.length}`;
    await onServer(`create database ${database}`);
    databases.push(database);
    return Object.assign(new URL(server), { pathname: `/${database}` }).href;
  }

  async function fill(url: string, accounts: readonly GeneratedAccount[]): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await fillLegacyTables(client, accounts).finally(() => client.end());
  }

  async function check(url: string, mapping: object): Promise<CheckJson> {
    const map = join(folder, 'map.json');
    writeFileSync(map, JSON.stringify({ batches: BATCHES, ...mapping }));
    const args = [PROGRAM, 'check', '--from', url, '--map', map, '--json'];
    const { stdout, stderr } = await runProgram(process.execPath, args, { msMax: CHECK_MS_MAX });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as CheckJson;
  }

  it.each([
    { title: 'before the migration', options: [], hasDuration: false, columns: 'model' as const },
    { title: 'after it', options: ['--migrated'], hasDuration: true, columns: 'model' as const },
    {
      title: 'with batches whose columns hold anything',
      options: ['--migrated', '--loose-batches'],
      hasDuration: true,
      columns: 'loose' as const,
    },
  ])(
    'finds every fault, undecided and decided, $title',
    async ({ options, hasDuration, columns }) => {
      const url = await emptyDatabase();
      await python.makeTables(url, ...options);
      const at = new Date().toISOString();
      const accounts = generateLegacy({ seed: 11, accounts: ACCOUNTS, at, hasDuration, columns });
      await fill(url, accounts);
      const undecided = await check(url, {});
      const decided = await check(url, DECIDED);
      expect(undecided.accounts).toBe(ACCOUNTS);
      for (const { fault, raw } of accounts) {
        if (fault === null) continue;
        const usersOf = (found: CheckJson, status: string) =>
          found.faults.find((one) => one.kind === fault.kind && one.status === status)?.users;
        const status = fault.counted === true ? 'counted' : 'undecided';
        expect(usersOf(undecided, status)).toContain(raw.userId);
        const then = fault.decidable ? 'decided' : status;
        expect(usersOf(decided, then)).toContain(raw.userId);
      }
      const repairs = accounts.filter(({ fault }) => fault && !fault.decidable && !fault.counted);
      expect(decided.undecided).toBe(repairs.length);
    },
    TESTS_MS_MAX,
  );
});
