import { join } from 'node:path';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { runCommand } from '../process/run-command.js';

const JAVA_VERSION_MIN = 17;
const ANSWER_MS_MAX = 30_000;

/** The Java that will run Kafka: of `javaHome`, or the one on the PATH. */
export async function findJava(javaHome?: string): Promise<string> {
  const java = javaHome ? join(javaHome, 'bin', 'java') : 'java';
  const end = await runCommand(java, ['-version'], { msMax: ANSWER_MS_MAX });
  if (end.kind === 'missing') {
    throw new KafkaBrokerError(
      'java-missing',
      `The local Kafka needs Java ${JAVA_VERSION_MIN} or newer and "${java}" was not found: install one (for instance "apt-get install openjdk-17-jre-headless") or set JAVA_HOME.`,
    );
  }
  const version = javaVersion(end.output);
  if (version === null || version < JAVA_VERSION_MIN) {
    const found = version === null ? 'does not report its version' : `is version ${version}`;
    throw new KafkaBrokerError(
      'java-too-old',
      `The local Kafka needs Java ${JAVA_VERSION_MIN} or newer and "${java}" ${found}: install a newer one or point JAVA_HOME at it.`,
    );
  }
  return java;
}

/** From `openjdk version "17.0.15"`; before Java 9 it was `"1.8.0_392"`. */
export function javaVersion(output: string): number | null {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  if (first === undefined) return null;
  return first === '1' ? Number(second) : Number(first);
}
