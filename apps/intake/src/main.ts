import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import {
  LEDGER_VARIABLES,
  SENDERS_VARIABLES,
  openCommandProcessor,
  openSenders,
  openStores,
} from '#platform';
import { CommandsModule, RunLedgerCommand, unansweredMax } from '#commands';
import { TOPICS } from '#contracts';
import {
  CONSUME_LIMITS,
  OutcomeProducer,
  connectKafka,
  createCommandSource,
  ensureTopics,
  ledgerTopics,
  openLagMeter,
} from '#kafka';
import type { Policy } from '#ledger';
import { SYSTEM_CLOCK, runPeriodically } from '#async';
import {
  StallDetector,
  GREEN,
  Health,
  KAFKA_VARIABLES,
  NestLogger,
  createLog,
  createMetrics,
  kafkaLogger,
  kafkaOptions,
  exitOnError,
  readConfiguration,
  serveProbes,
  handleShutdown,
  wholeNumber,
} from '#platform/process';
import { z } from 'zod';
import { consumerObserver, intakeObserver, lagGauge } from './intake-metrics.js';
import { IntakeConsumer, UNDECODABLE_POLICIES } from './intake.consumer.js';

// Kafka in, outcomes out: this file is the list of what the process is made of.

const APP = 'intake';
const STILL_MS_MAX = 60_000;
const LAG_EVERY_MS = 5_000;
const MEBIBYTE = 1024 * 1024;

const VARIABLES = z.object({
  ...LEDGER_VARIABLES,
  ...KAFKA_VARIABLES,
  ...SENDERS_VARIABLES,
  KAFKA_GROUP: z.string().min(1).default('points-ledger-intake'),
  KAFKA_PARTITIONS: wholeNumber({ min: 1, max: 1_000 }).prefault('6'),
  KAFKA_REPLICAS: wholeNumber({ min: 1, max: 9 }).prefault('1'),
  KAFKA_BATCH_BYTES_MAX: wholeNumber({ min: MEBIBYTE, max: 512 * MEBIBYTE }).prefault(
    String(CONSUME_LIMITS.batchBytesMax),
  ),
  KAFKA_UNDECODABLE: z
    .enum(UNDECODABLE_POLICIES, { error: `must be one of ${UNDECODABLE_POLICIES.join(', ')}` })
    .default('dead-letter'),
});

/** Of one account, so few are uncommitted at a time that a redelivery is sure to be recognised. */
const perKeyMax = (policy: Policy): number =>
  Math.min(CONSUME_LIMITS.subBatchPerKeyMax, unansweredMax(policy));

async function main(): Promise<void> {
  const config = readConfiguration(VARIABLES, process.env);
  const log = createLog({ app: APP, level: config.LOG_LEVEL });
  const metrics = createMetrics(APP);
  const health = new Health(['event store', 'kafka', 'partitions', 'flow']);
  const flow = new StallDetector(SYSTEM_CLOCK, STILL_MS_MAX);
  health.addCheck('flow', () => flow.status());
  const sending = await openSenders(config, process.env, { metrics, log, clock: SYSTEM_CLOCK });
  health.addCheck('senders', () => sending.status());
  const probes = await serveProbes({ port: config.PORT, host: config.HOST, health, metrics });

  const stores = await openStores(config, log, ['append']);
  health.report('event store', GREEN);
  const desk = openCommandProcessor(stores, config, metrics, log);

  const kafka = connectKafka({
    ...kafkaOptions(config),
    log: kafkaLogger(log),
  });
  const plans = ledgerTopics({
    names: TOPICS,
    partitions: config.KAFKA_PARTITIONS,
    replicas: config.KAFKA_REPLICAS,
    rememberDays: config.LEDGER_POLICY.rememberDays,
  });
  for (const warning of await ensureTopics(kafka, plans)) log.warn({ warning }, 'topic settings');
  const sink = new OutcomeProducer(kafka, {
    onReplaced: (err) => log.warn({ err }, 'outcome producer replaced'),
  });
  await sink.connect();

  const app = await NestFactory.createApplicationContext(CommandsModule.forProcessor(desk), {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  const bus = app.get(CommandBus);
  const source = createCommandSource(kafka, {
    topic: TOPICS.commands,
    groupId: config.KAFKA_GROUP,
    limits: {
      subBatchPerKeyMax: perKeyMax(config.LEDGER_POLICY),
      batchBytesMax: config.KAFKA_BATCH_BYTES_MAX,
    },
    observer: consumerObserver(metrics, log, health, flow),
    onFatal: (cause) => void stopping.fail(cause),
  });
  const lagMeter = await openLagMeter(kafka, {
    topic: TOPICS.commands,
    groupId: config.KAFKA_GROUP,
  });
  const setLag = lagGauge(metrics, flow);
  const measuring = runPeriodically(
    () => setLag(lagMeter).catch((err: unknown) => log.warn({ err }, 'lag not measured')),
    LAG_EVERY_MS,
  );

  const stopping = handleShutdown({
    log,
    steps: [
      { name: 'consumer', msMax: 9_000, run: () => source.stop() },
      { name: 'desk', msMax: 3_000, run: async () => void (await desk.drain(3_000)) },
      { name: 'outcomes', msMax: 3_000, run: () => sink.close() },
      { name: 'senders', msMax: 1_000, run: () => sending.stop() },
      { name: 'lag', msMax: 1_000, run: async () => measuring.stop().then(() => lagMeter.close()) },
      { name: 'nest', msMax: 1_000, run: () => app.close() },
      { name: 'stores', msMax: 3_000, run: () => stores.close() },
      { name: 'probes', msMax: 1_000, run: () => probes.close() },
    ],
  });
  await source.start(
    new IntakeConsumer({
      execute: (command, origin, options) =>
        bus.execute(new RunLedgerCommand(command, origin, options)),
      senders: sending.senders,
      sink,
      clearCache: () => desk.clearCache(),
      now: () => SYSTEM_CLOCK.timeOfDay(),
      observer: intakeObserver(metrics, log),
      undecodable: config.KAFKA_UNDECODABLE,
    }),
  );
  health.report('kafka', GREEN);
  log.info({ port: probes.port, topic: TOPICS.commands }, 'started');
}

exitOnError(main());
