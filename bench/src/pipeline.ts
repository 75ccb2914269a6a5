import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '#async';
import pg from 'pg';
import { TOPICS, commandMessage, type CommandBody } from '#contracts';
import { OutcomeProducer, connectKafka, type OutgoingMessage } from '#kafka';
import { freePort, startEmbeddedPostgres, startKafkaBroker, SupervisedChild } from '#embedded';
import { sqlBaseline } from './pipeline/sql-baseline.js';
import { inDatabase } from './on-postgres.js';
import { RowWatch } from './pipeline/row-watch.js';
import { beginUnderRules1, processorOnPostgres } from './pipeline/processor-on-postgres.js';
import { withTempDir, type TempDir } from './temp-dir.js';

// Broker, intake, store, projector and this load generator share the cores of one machine.
const USERS = 10_000;
const LOAD_SECONDS = 15;
const PROBE_EVERY_MS = 20;
const BACKLOG_MAX = 20_000;
/** Those of a new ledger. BENCH_PIPELINE_RULES=1: those of one whose accounts are from before rules 2. */
const RULES = Number(process.env['BENCH_PIPELINE_RULES'] ?? 2);

/** Measures the way from Kafka to a committed row, and a plain SQL baseline in the same run. */
export const pipelineBench = (): Promise<Record<string, number>> => withTempDir(measure);

async function measure({ path: home, onExit: stopping }: TempDir): Promise<Record<string, number>> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'postgres') });
  stopping(() => postgres.stop());
  const kafka = await startKafkaBroker({ dataDir: join(home, 'kafka') });
  stopping(() => kafka.stop());
  const pipeline = new Pipeline(home, postgres.url, kafka.brokers);
  stopping(() => pipeline.stop());
  const sql = await sqlBaseline(postgres.url, USERS);
  const desk_pg_per_s = await inDatabase(postgres.url, 'desk', (url) =>
    processorOnPostgres(url, USERS),
  );
  await pipeline.start();
  const spread = await pipeline.sustained((n) => userOf(n % USERS));
  const hot = await pipeline.sustained(() => userOf(USERS + 1));
  const latency = await pipeline.latencyAt(spread / 2, (n) => userOf(n % USERS));
  return {
    desk_pg_per_s,
    pipeline_per_s: spread,
    pipeline_p50_ms: latency.p50,
    pipeline_p99_ms: latency.p99,
    pipeline_hot_per_s: hot,
    ...sql,
  };
}

const userOf = (n: number): string =>
  `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;

class Pipeline {
  readonly #apps: SupervisedChild[] = [];
  readonly #pool: pg.Pool;
  readonly #producer: OutcomeProducer;
  readonly #watch: RowWatch;
  #sent = 0;

  constructor(
    private readonly home: string,
    private readonly database: string,
    private readonly brokers: readonly string[],
  ) {
    this.#pool = new pg.Pool({ connectionString: database, max: 4 });
    this.#watch = new RowWatch(this.#pool);
    this.#producer = new OutcomeProducer(connectKafka({ brokers, clientId: 'bench' }));
  }

  async start(): Promise<void> {
    await mkdir(join(this.home, 'logs'));
    if (RULES === 1) await beginUnderRules1(this.database);
    for (const app of ['projector', 'intake']) await this.#startApp(app);
    // Every user needs points to spend.
    await this.#publish(
      Array.from({ length: USERS + 2 }, (_, n) =>
        this.#message({
          type: 'RechargePoints',
          data: { user_id: userOf(n), points: 1_000_000, expires_at: null },
        }),
      ),
    );
    await this.#caughtUp();
  }

  async stop(): Promise<void> {
    for (const app of this.#apps) await app.stop();
    await this.#producer.close();
    await this.#pool.end();
  }

  /** Commands per second, from the first publish to the row of the last one. */
  async sustained(userAt: (n: number) => string): Promise<number> {
    const start = performance.now();
    const from = this.#sent;
    while (performance.now() - start < LOAD_SECONDS * 1000) {
      await this.#publish(this.#consumptions(500, userAt));
      await this.#watch.appear(this.#sent - BACKLOG_MAX);
    }
    await this.#caughtUp();
    return (this.#sent - from) / ((performance.now() - start) / 1000);
  }

  /** The latency from publish to committed row at a steady load. Each probe waits for the row of one command. */
  async latencyAt(
    perSecond: number,
    userAt: (n: number) => string,
  ): Promise<{ readonly p50: number; readonly p99: number }> {
    const latencies: number[] = [];
    const start = performance.now();
    const from = this.#sent;
    const probes: Promise<void>[] = [];
    while (performance.now() - start < LOAD_SECONDS * 1000) {
      const due =
        Math.floor(((performance.now() - start) / 1000) * perSecond) - (this.#sent - from);
      if (due > 0) {
        const published = performance.now();
        await this.#publish(this.#consumptions(due, userAt));
        const upTo = this.#sent;
        probes.push(this.#watch.appear(upTo).then((at) => void latencies.push(at - published)));
      }
      await sleep(PROBE_EVERY_MS);
    }
    await Promise.all(probes);
    latencies.sort((a, b) => a - b);
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }

  async #caughtUp(): Promise<void> {
    await this.#watch.appear(this.#sent);
  }

  #consumptions(count: number, userAt: (n: number) => string): OutgoingMessage[] {
    return Array.from({ length: count }, (_, index) =>
      this.#message({
        type: 'ConsumePoints',
        data: { user_id: userAt(this.#sent + index), points: 1, source_type: 'tts', duration: 1.5 },
      }),
    );
  }

  #message(body: CommandBody): OutgoingMessage {
    return {
      topic: TOPICS.commands,
      ...commandMessage(body, { id: randomUUID(), source: '/bench' }),
    };
  }

  async #publish(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.#producer.send(messages);
    this.#sent += messages.length;
  }

  async #startApp(app: string): Promise<void> {
    const port = await freePort();
    const child = new SupervisedChild({
      name: app,
      entry: join(import.meta.dirname, '../../apps', app, 'src', 'main.js'),
      env: {
        EVENT_STORE: this.database,
        DATABASE_URL: this.database,
        KAFKA_BROKERS: this.brokers.join(','),
        SENDERS: 'anybody',
        PORT: String(port),
      },
      logPath: join(this.home, 'logs', `${app}.log`),
      readyUrl: `http://127.0.0.1:${port}/health/ready`,
      report: (pipeline) => process.stderr.write(`${pipeline}\n`),
    });
    this.#apps.push(child);
    await child.start();
  }
}
