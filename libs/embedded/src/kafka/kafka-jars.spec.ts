import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from './kafka-jars.js';

/** Greater than any process id there can be. */
const NOBODY = 99_999_999;

describe('the jars of the local Kafka', () => {
  let folder: string;
  let cacheDir: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'points-ledger-jars-'));
    cacheDir = join(folder, 'cache');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Takes note of each call, and does as the script says with the folder `$out`. */
  function maven(script: string): string {
    const command = join(folder, 'mvn');
    writeFileSync(
      command,
      `#!/bin/sh\necho called >> "${folder}/calls"\nfor one in "$@"; do case "$one" in -DoutputDirectory=*) out="\${one#*=}";; esac; done\n${script}\n`,
    );
    chmodSync(command, 0o755);
    return command;
  }
  /** The smallest zip file that there can be. */
  const working = () =>
    maven(
      `mkdir -p "$out" && printf 'PK\\005\\006' > "$out/kafka.jar" && head -c 18 /dev/zero >> "$out/kafka.jar"`,
    );

  it('are fetched once and kept', async () => {
    const mavenCommand = working();
    const jars = await kafkaJars({ cacheDir, mavenCommand });
    expect(readdirSync(jars)).toEqual(['kafka.jar']);
    expect(await kafkaJars({ cacheDir, mavenCommand: 'no-maven-is-needed-now' })).toBe(jars);
  });

  it('are whole or not there: an interrupted fetch is begun anew and cleared away', async () => {
    const abandoned = join(cacheDir, `fetching-${NOBODY}-x`);
    mkdirSync(abandoned, { recursive: true });
    writeFileSync(join(abandoned, 'half.jar'), '');
    const jars = await kafkaJars({ cacheDir, mavenCommand: working() });
    expect(readdirSync(jars)).toEqual(['kafka.jar']);
    expect(existsSync(abandoned)).toBe(false);
  });

  it.each([
    ['empty', ''],
    ['cut', 'PK\x03\x04 the beginning of a jar'],
  ])('are fetched anew when one of them is %s, as after a loss of power', async (_how, text) => {
    const mavenCommand = working();
    const jars = await kafkaJars({ cacheDir, mavenCommand });
    writeFileSync(join(jars, 'kafka.jar'), text);
    expect(await kafkaJars({ cacheDir, mavenCommand })).toBe(jars);
    expect(readFileSync(join(jars, 'kafka.jar')).length).toBe(22);
  });

  it('are not taken from a Maven that brings half of them', async () => {
    const mavenCommand = maven('mkdir -p "$out" && touch "$out/kafka.jar"');
    await expect(kafkaJars({ cacheDir, mavenCommand })).rejects.toMatchObject({
      code: 'jars-not-fetched',
    });
  });

  it('are not waited for when Maven goes on no more, as with a repository that does not answer', async () => {
    const mavenCommand = maven('echo Downloading; exec sleep 60');
    await expect(kafkaJars({ cacheDir, mavenCommand, silenceMsMax: 300 })).rejects.toMatchObject({
      code: 'jars-not-fetched',
      message: expect.stringContaining('it was ended, because it did not go on') as string,
    });
  });

  it('can be fetched by several at once', async () => {
    const mavenCommand = working();
    const all = await Promise.all([1, 2, 3].map(() => kafkaJars({ cacheDir, mavenCommand })));
    expect(new Set(all).size).toBe(1);
    expect(readdirSync(cacheDir)).toHaveLength(1);
  });

  it('say what to do when there is no Maven', async () => {
    await expect(
      kafkaJars({ cacheDir, mavenCommand: join(folder, 'nowhere') }),
    ).rejects.toMatchObject({
      name: 'KafkaBrokerError',
      code: 'maven-missing',
      message: expect.stringMatching(/install it .* or set KAFKA_BROKERS/) as string,
    });
  });

  it.each(['echo "Could not resolve"; exit 1', 'true'])(
    'say what to do when Maven brings none (%s), and leave nothing behind',
    async (script) => {
      await expect(kafkaJars({ cacheDir, mavenCommand: maven(script) })).rejects.toMatchObject({
        code: 'jars-not-fetched',
        message: expect.stringContaining('check the network') as string,
      });
      expect(readdirSync(cacheDir)).toEqual([]);
      await kafkaJars({ cacheDir, mavenCommand: working() });
    },
  );
});
