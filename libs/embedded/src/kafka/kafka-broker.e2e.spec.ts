import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafka, ensureTopics, isKafkaReachable, type TopicPlan } from '#kafka';
import { startKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.js';
import { freePort, freePorts } from '../process/ports.js';

/** Greater than any process id there can be. */
const NOBODY = 99_999_999;
const PLAN: TopicPlan = {
  topic: 'kept',
  partitions: 3,
  replicas: 1,
  config: { 'cleanup.policy': 'delete' },
  retentionMsMax: null,
};

describe('the local Kafka', () => {
  let dataDir: string;
  let ports: { port: number; controllerPort: number };
  let broker: KafkaBroker | null = null;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'points-ledger-kafka-'));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    ports = { port, controllerPort };
  });
  afterAll(async () => {
    await broker?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function start(options: Partial<KafkaBrokerOptions> = {}): Promise<KafkaBroker> {
    broker = await startKafkaBroker({ dataDir, heapMb: 192, ...ports, ...options });
    return broker;
  }

  /** A start takes seconds: the one that a test before left running will do. */
  async function running(): Promise<KafkaBroker> {
    return broker !== null && isRunning(broker.pid) ? broker : start();
  }

  async function stopped(): Promise<void> {
    await broker?.stop();
  }

  function isRunning(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Kafka leaves this file behind when it has stopped by itself, and removes it when it starts. */
  const hasShutDownCleanly = () => existsSync(join(dataDir, 'storage', '.kafka_cleanshutdown'));

  /** No warnings: the topic is there with all its partitions. */
  const warningsOf = ({ brokers }: KafkaBroker) =>
    ensureTopics(connectKafka({ brokers, clientId: 'test' }), [PLAN]);

  it('heals an interrupted first start, kills nobody who has an old broker’s number, and keeps its data', async () => {
    mkdirSync(join(dataDir, 'storage-formatting'));
    writeFileSync(join(dataDir, 'storage-formatting', 'half'), '');
    writeFileSync(join(dataDir, 'broker.pid'), `${process.pid} ${NOBODY}\n`);
    const first = await start();
    expect(await isKafkaReachable(first.brokers)).toBe(true);
    await warningsOf(first);
    const clusterId = readFileSync(join(dataDir, 'storage', 'meta.properties'), 'utf8');
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    expect(hasShutDownCleanly()).toBe(true);
    expect(await isKafkaReachable(first.brokers)).toBe(false);
    await first.stop();

    const again = await start();
    expect(again.brokers).toEqual(first.brokers);
    expect(readFileSync(join(dataDir, 'storage', 'meta.properties'), 'utf8')).toBe(clusterId);
    expect(existsSync(join(dataDir, 'storage', 'kept-2'))).toBe(true);
    expect(await warningsOf(again)).toEqual([]);
  });

  it('comes back after it was killed, and says when it has ended', async () => {
    const first = await running();
    await first.kill();
    await first.ended;
    expect(isRunning(first.pid)).toBe(false);
    const again = await start();
    expect(await isKafkaReachable(again.brokers)).toBe(true);
  });

  it('stands still and goes on, and stops even while it stands still', async () => {
    const paused = await running();
    paused.pause();
    expect(await isKafkaReachable(paused.brokers)).toBe(false);
    paused.resume();
    expect(await isKafkaReachable(paused.brokers)).toBe(true);
    paused.pause();
    await paused.stop();
    expect(isRunning(paused.pid)).toBe(false);
  });

  it('is killed when it does not stop in time', async () => {
    await stopped();
    const slow = await start({ stopMsMax: 1 });
    await slow.stop();
    expect(isRunning(slow.pid)).toBe(false);
    expect(hasShutDownCleanly()).toBe(false);
  });

  it('is not started twice on one folder', async () => {
    const { pid } = await running();
    await expect(startKafkaBroker({ dataDir })).rejects.toMatchObject({
      name: 'KafkaBrokerError',
      code: 'already-running',
      message: expect.stringContaining(
        `process ${pid}, started by process ${process.pid}`,
      ) as string,
    });
    expect(isRunning(pid)).toBe(true);
  });

  it('takes the place of one whose starter died', async () => {
    const orphan = await running();
    writeFileSync(join(dataDir, 'broker.pid'), `${orphan.pid} ${NOBODY}\n`);
    const next = await start();
    expect(isRunning(orphan.pid)).toBe(false);
    expect(next.pid).not.toBe(orphan.pid);
    expect(await isKafkaReachable(next.brokers)).toBe(true);
  });

  it('says what to do when its port is taken', async () => {
    const port = await freePort();
    const occupier = await new Promise<Server>((listening) => {
      const server: Server = createServer().listen(port, '127.0.0.1', () => listening(server));
    });
    const other = mkdtempSync(join(tmpdir(), 'points-ledger-kafka-'));
    const refused = startKafkaBroker({ dataDir: other, port });
    await expect(refused.finally(() => occupier.close())).rejects.toMatchObject({
      code: 'port-taken',
      message: `Port ${port} for the local Kafka is taken: stop what listens there, or choose another KAFKA_PORT.`,
    });
    rmSync(other, { recursive: true });
  });

  it('says what to do when its data are not whole', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'points-ledger-kafka-'));
    mkdirSync(join(broken, 'storage', 'points.commands-0'), { recursive: true });
    await expect(startKafkaBroker({ dataDir: broken })).rejects.toMatchObject({
      code: 'data-incomplete',
      message: expect.stringContaining('npm run reset') as string,
    });
    rmSync(broken, { recursive: true });
  });

  it('says where to read when it cannot start, and why', async () => {
    await stopped();
    const failed = start({ properties: { 'log.retention.ms': 'not a number' } });
    await expect(failed).rejects.toMatchObject({
      code: 'not-started',
      message: expect.stringMatching(/ended while it started: read .*broker\.log\.$/) as string,
      cause: { message: expect.stringContaining('log.retention.ms') as string },
    });
  });

  it('does not wait for ever until it answers', async () => {
    await stopped();
    await expect(start({ startMsMax: 1 })).rejects.toMatchObject({ code: 'not-started' });
  });
});
