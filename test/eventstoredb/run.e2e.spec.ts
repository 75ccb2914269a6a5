import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { COUNTS_VARIABLE } from '../counts.mjs';
import { startDoubleProcess, type DoubleProcess } from './double-process.js';

// No real EventStoreDB can be installed here, so that the command runs against the test double in a
// separate process, which it knows only by its address.

const CREDENTIALS = { username: 'unused', password: 'unused' };

const command = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), ...args], {
    encoding: 'utf8',
    // The tests of the inner run must not be counted by the outer run.
    env: { ...process.env, NODE_OPTIONS: '', [COUNTS_VARIABLE]: undefined },
  });

describe('npm run test:eventstoredb', () => {
  let server: DoubleProcess;
  beforeAll(async () => {
    server = await startDoubleProcess();
  });
  afterAll(() => server.stop());

  it('prints its usage when its arguments are invalid', () => {
    for (const args of [[], ['--url'], ['--only', 'all', '--url', 'esdb://x'], ['--nonsense']]) {
      const { status, stdout } = command(...args);
      expect([status, stdout]).toEqual([2, expect.stringContaining('--restart COMMAND')]);
    }
  });

  it('runs against a server at an address, and does not touch streams of a ledger', async () => {
    const { status, stdout, stderr } = command(
      '--url',
      server.url,
      '--only',
      'contract,commands,crashes',
    );
    expect({ status, tail: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, tail: '' });
    expect(stdout).toMatch(
      /contract +passed\ncommands +passed\ncrashes +skipped without --restart/,
    );
    const client = EventStoreDBClient.connectionString(server.url);
    let tests = 0;
    for await (const { event } of client.readAll({ credentials: CREDENTIALS })) {
      const stream = event?.streamId ?? '';
      expect(stream).not.toMatch(/^points-/);
      if (stream.startsWith('test_')) tests += 1;
    }
    expect(tests).toBeGreaterThan(1_000);
    await client.dispose();
  }, 240_000);
});
