import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { connectKafka, ensureTopics } from '#kafka';
import { SupervisedChild, freePort, startEmbeddedPostgres, startKafkaBroker } from '#embedded';
import { LedgerClient, type Command } from '../../clients/typescript/src/index.js';
import { kafkaTransport } from '../../clients/typescript/src/kafka/index.js';
import { kafkaMessage } from '../../clients/typescript/src/protocol/messages.js';
import { PythonClientBench } from './clients/python-client.js';
import { median, type Figures } from './figures.js';
import { withTempDir, type TempDir } from './temp-dir.js';

const TOPIC = 'points.commands';
const PARTITIONS = 12;
const COMMANDS = 60_000;
const USERS = 1_000;
/** What a service has on its way at a time, as a server with many requests does. */
const IN_FLIGHT = 2_000;
const ROUNDS = 3;

/**
 * What the clients cost beside their bare libraries: commands that are published over Kafka. Both of TypeScript
 * have the faster encoder that this process gives kafkajs.
 */
export const clientsBench = (): Promise<Figures> => withTempDir(measure);

async function measure({ path: home, onExit: stopping }: TempDir): Promise<Figures> {
  const kafka = await startKafkaBroker({ dataDir: join(home, 'kafka') });
  stopping(() => kafka.stop());
  const { brokers } = kafka;
  const [broker = ''] = brokers;
  const python = await PythonClientBench.open();
  const answers = await answerTimes(home, brokers, python);
  await ensureTopics(connectKafka({ brokers, clientId: 'bench' }), [
    { topic: TOPIC, partitions: PARTITIONS, replicas: 1, config: {}, retentionMsMax: null },
  ]);
  const client = new LedgerClient({
    transport: kafkaTransport({ source: '/bench', kafka: { brokers: [...brokers] } }),
    timeoutMs: 60_000,
  });
  stopping(() => client.close());
  const bare = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await bare.connect();
  stopping(() => bare.disconnect());
  const rates = {
    client: [] as number[],
    bare: [] as number[],
    cpuUs: [] as number[],
    bareCpuUs: [] as number[],
  };
  // In turns, so that both meet the same machine.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const own = await timed(() => publishAll(client, round));
    const library = await timed(() => sendAll(bare, client, round));
    // The first round connects, and warms the code up.
    if (round === 0) continue;
    rates.client.push(own.perSecond);
    rates.bare.push(library.perSecond);
    rates.cpuUs.push(own.cpuUs);
    rates.bareCpuUs.push(library.cpuUs);
  }
  return {
    ...answers,
    ...(await python?.throughput(broker)),
    client_ts_per_s: median(rates.client),
    kafkajs_per_s: median(rates.bare),
    client_ts_of_kafkajs: median(rates.client) / median(rates.bare),
    client_ts_cpu_us: median(rates.cpuUs),
    kafkajs_cpu_us: median(rates.bareCpuUs),
  };
}

/** From sending to the outcome, with 100 commands on their way, of a ledger on the same machine. */
async function answerTimes(
  home: string,
  brokers: readonly string[],
  python: PythonClientBench | null,
): Promise<Figures> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'postgres') });
  const port = await freePort();
  const intake = new SupervisedChild({
    name: 'intake',
    entry: join(import.meta.dirname, '../../apps/intake/src/main.js'),
    env: {
      EVENT_STORE: postgres.url,
      DATABASE_URL: postgres.url,
      KAFKA_BROKERS: brokers.join(','),
      SENDERS: 'anybody',
      PORT: String(port),
    },
    logPath: join(home, 'intake.log'),
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
    report: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    await intake.start();
    const program = join(import.meta.dirname, 'clients/answer-times.js');
    const [broker = ''] = brokers;
    const { stdout } = await promisify(execFile)(process.execPath, [program, broker]);
    const { per_s, p50_ms, p99_ms } = JSON.parse(stdout) as Record<string, number>;
    return {
      client_ts_answered_per_s: per_s ?? NaN,
      client_ts_p50_ms: p50_ms ?? NaN,
      client_ts_p99_ms: p99_ms ?? NaN,
      ...(await python?.answerTimes(broker)),
    };
  } finally {
    await intake.stop();
    await postgres.stop();
  }
}

const userOf = (n: number): string =>
  `${(n % USERS).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

const commandOf = (client: LedgerClient, n: number, round: number): Command =>
  client.prepare('ConsumePoints', {
    user_id: userOf(n),
    points: 12,
    source_type: 'tts',
    duration: 12.5,
    source_id: `task-${round}-${n}`,
  });

async function publishAll(client: LedgerClient, round: number): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < COMMANDS) await client.publish(commandOf(client, next++, round));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

/** The same messages by the library alone, as many at a time. */
async function sendAll(
  producer: ReturnType<Kafka['producer']>,
  client: LedgerClient,
  round: number,
): Promise<void> {
  for (let from = 0; from < COMMANDS; from += IN_FLIGHT) {
    const messages = Array.from({ length: IN_FLIGHT }, (_, at) => {
      const { key, value, headers } = kafkaMessage(commandOf(client, from + at, round));
      return { key, value, headers: { ...headers } };
    });
    await producer.send({ topic: TOPIC, acks: -1, messages });
  }
}

async function timed(work: () => Promise<void>) {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: COMMANDS / seconds, cpuUs: (user + system) / COMMANDS };
}
