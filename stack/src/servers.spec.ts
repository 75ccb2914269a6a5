import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers } from './servers.js';
import { readStackConfig } from './stack-config.js';

describe('The servers of a stack without a usable Kafka', () => {
  let folder: string;
  const reported: string[] = [];

  beforeEach(() => {
    reported.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-servers-'));
    // This Java formats a storage, but ends at once as a broker.
    program(
      'bin/java',
      `echo 'openjdk version "17.0.15" 2025-04-15' >&2; case "$*" in *kafka.Kafka*) exit 1;; esac`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function program(path: string, script: string): string {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const start = (mavenCommand: string, signal = new AbortController().signal) =>
    startServers({
      config: readStackConfig({
        DATA_DIR: join(folder, 'data'),
        DATABASE_URL: 'postgres://named.example/points',
        KAFKA_PORT: '0',
      }),
      logsDir: folder,
      report: (line) => reported.push(line),
      signal,
      kafka: { javaHome: folder, jarsDir: join(folder, 'jars'), mavenCommand },
    });

  it('start without it when Maven fails to fetch it, and report it in a sentence', async () => {
    const servers = await start(program('mvn', 'echo "Could not transfer artifact"; exit 1'));
    expect(servers).toMatchObject({
      kafkaBrokers: null,
      databaseUrl: 'postgres://named.example/points',
    });
    expect(reported.at(-1)).toMatch(
      /^Maven could not fetch the local Kafka \(exit code 1\): check the network and start again, or set KAFKA_BROKERS .* Until then commands go over HTTP, and everything else works\.$/,
    );
    await servers.stop();
  });

  it('start without it when it does not start, and name its log', async () => {
    const jar = `printf 'PK\\005\\006' > "$out/kafka.jar" && head -c 18 /dev/zero >> "$out/kafka.jar"`;
    const out =
      'for one in "$@"; do case "$one" in -DoutputDirectory=*) out="${one#*=}";; esac; done';
    const servers = await start(program('mvn', `${out}\nmkdir -p "$out" && ${jar}`));
    expect(servers.kafkaBrokers).toBeNull();
    expect(reported.at(-1)).toMatch(
      /^The local Kafka ended while it started: read .* Until then commands/,
    );
  });

  it('start without it when Maven may not be run', async () => {
    const servers = await start(folder);
    expect(servers.kafkaBrokers).toBeNull();
    expect(reported.at(-1)).toMatch(
      /^The local Kafka cannot be started: spawn .* EACCES\. Until then/,
    );
  });

  it('start without it when there is no Maven', async () => {
    const servers = await start(join(folder, 'nowhere'));
    expect(servers.kafkaBrokers).toBeNull();
    expect(reported.at(-1)).toContain('was not found: install it');
  });

  it('do not wait for an aborted fetch', async () => {
    const stopping = new AbortController();
    const began = performance.now();
    const starting = start(program('mvn', 'exec sleep 60'), stopping.signal);
    setTimeout(() => stopping.abort(), 200);
    await expect(starting).rejects.toMatchObject({ code: 'jars-not-fetched' });
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
