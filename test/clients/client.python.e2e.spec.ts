import { RunningStack, type Ready } from '../product/running-stack.js';
import { PythonClient } from './python-client.js';

const INSTALL_MS_MAX = 10 * 60_000;
const TESTS_MS_MAX = 8 * 60_000;

/** Every test ran and none was left out. */
const PASSED = /^\d+ passed in /;

describe('The client for Python, built and installed', () => {
  const client = new PythonClient();
  beforeAll(() => client.install(), INSTALL_MS_MAX);
  afterAll(() => client.remove());

  it(
    'passes its own tests, the conformance vectors among them',
    async () => {
      expect(await client.test('tests')).toMatch(PASSED);
    },
    TESTS_MS_MAX,
  );

  it(
    'has an outbox that loses nothing and keeps the order of each user, on Postgres',
    async () => {
      const TEST_PG_URL = process.env['TEST_PG_URL'] ?? '';
      expect(await client.test('tests_postgres', { TEST_PG_URL })).toMatch(PASSED);
    },
    TESTS_MS_MAX,
  );

  it(
    'is typed strictly, and so are its tests and the example',
    async () => {
      const strict = ['-m', 'mypy', '--strict', '--cache-dir', 'mypy', '--config-file'];
      const tests = ['tests', 'tests_postgres', 'tests_stack', 'example'].map(
        (name) => `project/${name}`,
      );
      const output = await client.run([
        ...strict,
        'project/pyproject.toml',
        ...['-p', 'points_ledger'],
      ]);
      expect(output).toMatch(/^Success: no issues found/);
      const ofTests = await client.run([...strict, 'project/pyproject.toml', ...tests]);
      expect(ofTests).toMatch(/^Success: no issues found/);
      expect(await client.pyright()).toMatch(/^0 errors, 0 warnings/m);
    },
    TESTS_MS_MAX,
  );

  it('has documentation that is made from its code', async () => {
    await client.run(['-m', 'pdoc', '--output-directory', 'docs', 'points_ledger']);
    const words = await client.run(['-c', "print(open('docs/points_ledger.html').read())"]);
    expect(words).toContain('AsyncLedgerClient');
  });

  describe('against the product', () => {
    const stack = new RunningStack();
    let ready: Ready;
    beforeAll(async () => {
      ready = await stack.start();
    }, 180_000);
    afterAll(async () => {
      await stack.stop();
      stack.remove();
    }, 60_000);

    it(
      'sends, holds, publishes by an outbox and reads, over Kafka and over HTTP',
      async () => {
        const counts = await client.test('tests_stack', {
          LEDGER_API: ready.api,
          LEDGER_TOKEN: ready.tokens.service,
          LEDGER_KAFKA: ready.kafka,
          DATA_DIR: stack.dataDir,
          TEST_PG_URL: process.env['TEST_PG_URL'] ?? '',
        });
        expect(counts).toMatch(PASSED);
      },
      TESTS_MS_MAX,
    );
  });
});
