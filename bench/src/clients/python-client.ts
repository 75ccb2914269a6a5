import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#embedded';
import type { Figures } from '../figures.js';

const run = promisify(execFile);
const CALLS = '3000';
const IN_FLIGHT = '100';
const COMMANDS = '60000';

/** The benchmark of the client for Python, which its own program runs. */
export class PythonClientBench {
  private constructor(private readonly python: string) {}

  /** null: there is no Python here that is new enough, which is said in a sentence. */
  static async open(): Promise<PythonClientBench | null> {
    const program = join(projectRoot(), 'test/foreign/python.mjs');
    try {
      const { stdout } = await run(process.execPath, [program, 'client']);
      return new PythonClientBench(stdout.trim());
    } catch (error) {
      process.stderr.write((error as { readonly stderr?: string }).stderr ?? String(error));
      return null;
    }
  }

  /** Fire and forget, beside the bare library in the same run. */
  async throughput(broker: string): Promise<Figures> {
    const told = await this.#run(broker, ['--count', COMMANDS]);
    return {
      client_py_per_s: told['client_per_second'] ?? NaN,
      confluent_kafka_per_s: told['bare_per_second'] ?? NaN,
      client_py_of_confluent_kafka: told['ratio'] ?? NaN,
      client_py_cpu_us: told['client_cpu_us'] ?? NaN,
      confluent_kafka_cpu_us: told['bare_cpu_us'] ?? NaN,
    };
  }

  /** From sending to the outcome of a ledger that reads from that broker. */
  async answerTimes(broker: string): Promise<Figures> {
    const told = await this.#run(broker, ['--in-flight', IN_FLIGHT, '--calls', CALLS]);
    return {
      client_py_answered_per_s: told['calls_per_second'] ?? NaN,
      client_py_p50_ms: told['p50_ms'] ?? NaN,
      client_py_p99_ms: told['p99_ms'] ?? NaN,
    };
  }

  async #run(broker: string, args: readonly string[]): Promise<Record<string, number>> {
    const client = join(projectRoot(), 'clients/python');
    const { stdout } = await run(
      this.python,
      [join(client, 'bench/commands.py'), '--brokers', broker, ...args],
      { env: { ...process.env, PYTHONPATH: join(client, 'src') } },
    );
    return JSON.parse(stdout) as Record<string, number>;
  }
}
