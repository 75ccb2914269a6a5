import { Inject, Injectable } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { retry, runPeriodically, type Clock } from '#async';
import { unansweredMax } from '#commands';
import { TOPICS } from '#contracts';
import {
  CONSUME_LIMITS,
  createCommandSource,
  ensureTopics,
  ledgerTopics,
  openLagMeter,
  type KafkaConnection,
} from '#kafka';
import { CLOCK, CONFIG, KAFKA, LOG, METRICS, PROBE_SERVER, SETTINGS, type Runner } from '#platform';
import {
  GREEN,
  GracefulShutdown,
  Health,
  StallDetector,
  type Log,
  type ProbeServer,
} from '#platform/process';
import { SettingsUnavailable, type SettingsInForce, type SettingsSource } from '#settings';
import { IntakeConsumer } from './intake.consumer.js';
import { consumerObserver, lagGauge } from './intake-metrics.js';
import type { IntakeVariables } from './intake-variables.js';

const LAG_EVERY_MS = 5_000;

/** A start that takes longer has failed, and whatever started the process starts it again. */
const SETTINGS_RETRY = {
  isRetried: (error: unknown) => error instanceof SettingsUnavailable,
  backoffMsMin: 200,
  backoffMsMax: 2_000,
  totalMsMax: 60_000,
};

/** Bounds the uncommitted commands of an account, so that a redelivered one is always recognised. */
const uncommittedPerAccountMax = (policy: SettingsInForce['policy']): number =>
  Math.min(CONSUME_LIMITS.subBatchPerKeyMax, unansweredMax(policy));

/** Joins the consumer group and measures how far it lags behind. */
@Injectable()
export class IntakeRunner implements Runner {
  constructor(
    @Inject(CONFIG) private readonly config: IntakeVariables,
    @Inject(KAFKA) private readonly kafka: KafkaConnection,
    @Inject(METRICS) private readonly metrics: Registry,
    @Inject(LOG) private readonly log: Log,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: SettingsSource,
    @Inject(PROBE_SERVER) private readonly probes: ProbeServer,
    private readonly consumer: IntakeConsumer,
    private readonly stallDetector: StallDetector,
    private readonly health: Health,
    private readonly shutdown: GracefulShutdown,
  ) {}

  async start() {
    // The event store is open, because it was injected into the consumer.
    this.health.report('event store', GREEN);
    const { policy } = await this.#settingsNow();
    await this.#prepareTopics(policy);
    await this.#measureLag();
    await this.#consume(policy);
    this.health.report('kafka', GREEN);
    return { port: this.probes.port, topic: TOPICS.commands };
  }

  /** Nothing can be taken in without them, so that a store that is away is waited for. */
  #settingsNow(): Promise<SettingsInForce> {
    return retry(() => this.settings.inForceAt(new Date(this.clock.timeOfDay()).toISOString()), {
      ...SETTINGS_RETRY,
      clock: this.clock,
    });
  }

  async #prepareTopics({ rememberDays }: SettingsInForce['policy']): Promise<void> {
    const plans = ledgerTopics({
      names: TOPICS,
      partitions: this.config.KAFKA_PARTITIONS,
      replicas: this.config.KAFKA_REPLICAS,
      rememberDays,
    });
    const warnings = await ensureTopics(this.kafka, plans);
    for (const warning of warnings) this.log.warn({ warning }, 'topic settings');
  }

  async #measureLag(): Promise<void> {
    const group = { topic: TOPICS.commands, groupId: this.config.KAFKA_GROUP };
    const meter = await openLagMeter(this.kafka, group);
    const setLag = lagGauge(this.metrics, this.stallDetector);
    const measuring = runPeriodically(
      () => setLag(meter).catch((err: unknown) => this.log.warn({ err }, 'lag not measured')),
      LAG_EVERY_MS,
    );
    this.shutdown.register({
      name: 'lag',
      phase: 'background',
      msMax: 1_000,
      run: () => measuring.stop().then(() => meter.close()),
    });
  }

  async #consume(policy: SettingsInForce['policy']): Promise<void> {
    const source = createCommandSource(this.kafka, {
      topic: TOPICS.commands,
      groupId: this.config.KAFKA_GROUP,
      limits: {
        subBatchPerKeyMax: uncommittedPerAccountMax(policy),
        batchBytesMax: this.config.KAFKA_BATCH_BYTES_MAX,
      },
      observer: consumerObserver(this.metrics, this.log, this.health, this.stallDetector),
      onFatal: (cause) => this.shutdown.fail(cause),
    });
    this.shutdown.register({
      name: 'consumer',
      phase: 'input',
      msMax: 9_000,
      run: () => source.stop(),
    });
    await source.start(this.consumer);
  }
}
