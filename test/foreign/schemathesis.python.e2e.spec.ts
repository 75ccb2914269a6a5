import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import {
  openApiOnPostgres,
  type ApiOnPostgres,
} from '../../apps/api/src/testing/api-on-postgres.js';
import { ALICE, seedAccount, signToken } from '../../apps/api/src/testing/api-fixture.js';
import { programOfTests, runProgram } from './run-program.js';

/** SCHEMATHESIS_EXAMPLES=1000 SCHEMATHESIS_SEED=7 makes a longer run. */
const EXAMPLES = process.env['SCHEMATHESIS_EXAMPLES'] ?? '40';
const SEED = process.env['SCHEMATHESIS_SEED'] ?? '1';
/** Its work is bounded by the examples: only a hang reaches this. */
const RUN_MS_MAX = Number(process.env['SCHEMATHESIS_MS_MAX'] ?? 900_000);
/** How often stored events are projected into the read tables. */
const PROJECT_EVERY_MS = 200;

jest.setTimeout(RUN_MS_MAX + 60_000);

const CONFIG = readFileSync(join(import.meta.dirname, 'schemathesis.toml'), 'utf8');
const NO_LIMIT = 1_000_000;

/** The part of the report of schemathesis that is checked. */
interface Report {
  readonly complete: boolean;
  readonly operations: { readonly tested: number; readonly errored: number };
  readonly test_cases: { readonly generated: number; readonly unique_failures: number };
}

describe('the API that schemathesis calls by its OpenAPI description', () => {
  let opened: ApiOnPostgres;
  let dir: string;
  let address: string;
  let projecting: NodeJS.Timeout;
  let projected: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'points-schemathesis-'));
    const rates = {
      ...{ userPerSecond: NO_LIMIT, servicePerSecond: NO_LIMIT, anonymousPerSecond: NO_LIMIT },
    };
    opened = await openApiOnPostgres(
      'schemathesis',
      { rates, positionWaitMsMax: 1 },
      { readSettings: true },
    );
    const { api } = opened;
    await seedAccount(api);
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    address = `http://127.0.0.1:${port}`;
    projecting = setInterval(() => {
      projected = projected.then(() => api.project());
    }, PROJECT_EVERY_MS);
  });

  afterAll(async () => {
    clearInterval(projecting);
    await projected;
    await opened.close();
    rmSync(dir, { recursive: true });
  });

  async function runSchemathesis(config: string, ...only: string[]): Promise<Report> {
    const token = await signToken({ roles: ['service', 'auditor'], seconds: 100_000 });
    const [file, report] = [join(dir, 'schemathesis.toml'), join(dir, 'report.json')];
    writeFileSync(file, config);
    const args = [
      ...['--config-file', file, '--no-color', 'run', `${address}/openapi.json`, ...only],
      ...['--header', `Authorization: Bearer ${token}`, '--request-timeout', '10'],
      ...['--max-examples', EXAMPLES, '--seed', SEED, '--continue-on-failure', '--no-shrink'],
      ...['--report', 'json', '--report-json-path', report, '--suppress-health-check', 'all'],
      ...['--warnings', 'off'],
    ];
    const { code, stdout, stderr } = await runProgram(programOfTests('schemathesis'), args, {
      msMax: RUN_MS_MAX,
      cwd: dir,
      env: { SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'schemathesis_checks.py') },
    });
    expect(opened.api.reportedErrors).toEqual([]);
    expect(code === 0 ? '' : `${stdout}\n${stderr}`).toBe('');
    const result = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const { operations, test_cases: cases } = result;
    const figures = `${operations.tested} operations, ${cases.generated} cases, ${cases.unique_failures} failures`;
    process.stdout.write(`schemathesis: ${figures}\n`);
    return result;
  }

  it('answers every request as described', async () => {
    const { complete, operations, test_cases: cases } = await runSchemathesis(CONFIG);
    expect({ complete, ...operations }).toMatchObject({ complete: true, tested: 25, errored: 0 });
    expect(cases.generated).toBeGreaterThan(500);
    expect(cases.unique_failures).toBe(0);
  });

  it('answers requests about an account with transactions as described', async () => {
    const config = `${CONFIG}\n[parameters]\n"path.user_id" = "${ALICE}"\n`;
    const { operations, test_cases: cases } = await runSchemathesis(
      config,
      '--include-path-regex',
      '^/v1/users',
    );
    expect(operations).toMatchObject({ tested: 8, errored: 0 });
    expect(cases.unique_failures).toBe(0);
  });
});
