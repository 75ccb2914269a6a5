import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava, javaVersion } from './java.js';

describe('the Java for the local Kafka', () => {
  let javaHome: string;
  beforeEach(() => {
    javaHome = mkdtempSync(join(tmpdir(), 'points-ledger-java-'));
  });
  afterEach(() => rmSync(javaHome, { recursive: true, force: true }));

  function javaThatSays(line: string): void {
    mkdirSync(join(javaHome, 'bin'));
    writeFileSync(join(javaHome, 'bin', 'java'), `#!/bin/sh\necho '${line}' >&2\n`);
    chmodSync(join(javaHome, 'bin', 'java'), 0o755);
  }

  it('is the one of JAVA_HOME when that is set', async () => {
    javaThatSays('openjdk version "21.0.2" 2024-01-16');
    expect(await findJava(javaHome)).toBe(join(javaHome, 'bin', 'java'));
  });

  it('says what to do when there is none', async () => {
    await expect(findJava(javaHome)).rejects.toMatchObject({
      name: 'KafkaBrokerError',
      code: 'java-missing',
      message: expect.stringMatching(/needs Java 17 .* install one .* or set JAVA_HOME/) as string,
    });
  });

  it.each([
    ['openjdk version "11.0.22" 2024-01-16', 'is version 11'],
    ['java version "1.8.0_392"', 'is version 8'],
    ['something else', 'does not report its version'],
  ])('says what to do when it says %s', async (line, found) => {
    javaThatSays(line);
    await expect(findJava(javaHome)).rejects.toMatchObject({
      code: 'java-too-old',
      message: expect.stringContaining(found) as string,
    });
  });

  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "24-ea" 2025-03-18', 24],
    ['java version "1.8.0_392"', 8],
    ['', null],
  ])('reads %j', (output, version) => {
    expect(javaVersion(output)).toBe(version);
  });
});
