import { join } from 'node:path';
import { findJava, kafkaJars, projectRoot } from '#embedded';
import { IntakeStack } from '../faults/intake-stack.js';
import { toLines } from './foreign-message.js';
import { runProgram } from './run-program.js';
import { executesCommandsFrom, type Publish } from './foreign-producer.contract.js';

const SEND_MS_MAX = 150_000;

describe('A message of the Java client', () => {
  const lab = new IntakeStack();

  beforeAll(async () => {
    await lab.open();
    await lab.startIntake();
  });
  afterAll(() => lab.close(), 60_000);

  const publish: Publish = async (messages) => {
    const jars = await kafkaJars({ cacheDir: join(projectRoot(), '.data', 'kafka-jars') });
    const source = join(import.meta.dirname, 'Produce.java');
    const args = ['-cp', join(jars, '*'), source, lab.brokers.join(','), 'points.commands'];
    const java = await findJava(process.env['JAVA_HOME']);
    const input = toLines(messages);
    const { code, stdout, stderr } = await runProgram(java, args, { msMax: SEND_MS_MAX, input });
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, number>;
  };

  executesCommandsFrom(lab, publish);
});
