import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '#platform/process';
import { parseSenders } from '#senders';
import { localSigningKey, sendersEnvironment } from './local-senders.js';
import { readStackConfig } from './stack-config.js';

describe('The senders of the local stack', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'points-ledger-senders-'));
  afterAll(() => rmSync(dataDir, { recursive: true }));
  const config = (env: Record<string, string> = {}) =>
    readStackConfig({ DATA_DIR: dataDir, ...env });

  it('are defined by a valid file, with the key that the stack signs with', async () => {
    const env = await sendersEnvironment(config());
    const parsed = parseSenders(readFileSync(env['SENDERS_FILE'] ?? '', 'utf8'), env);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const [own, others] = parsed.value;
    const { id, secret } = await localSigningKey(dataDir);
    expect(own).toMatchObject({ sources: ['/demo', '/points-cli'], unsigned: false });
    expect(own?.keys).toEqual(new Map([[id, secret]]));
    expect(others).toMatchObject({ sources: ['*'], subjects: ['*'], unsigned: true });
  });

  it('are left to the environment when it defines them', async () => {
    expect(await sendersEnvironment(config({ SENDERS: 'anybody' }))).toEqual({});
    expect(await sendersEnvironment(config({ SENDERS_FILE: '/x.json' }))).toEqual({});
  });

  it('have to be defined when Kafka is one that others can reach', async () => {
    const shared = config({ KAFKA_BROKERS: 'kafka:9092' });
    await expect(sendersEnvironment(shared)).rejects.toThrow(ConfigurationError);
    await expect(sendersEnvironment(shared)).rejects.toThrow(/SENDERS_FILE/);
  });
});
