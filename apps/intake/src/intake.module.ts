import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import { AccountCommandProcessor, RunLedgerCommand } from '#commands';
import type { OutcomeSink } from '#kafka';
import {
  CLOCK,
  CONFIG,
  CommandProcessingModule,
  KafkaModule,
  LOG,
  METRICS,
  OUTCOME_SINK,
  ProcessModule,
  SENDERS,
  SETTINGS,
  SendersModule,
  StoresModule,
} from '#platform';
import { Health, StallDetector, type Environment, type Log } from '#platform/process';
import type { Senders } from '#senders';
import type { SettingsSource } from '#settings';
import { IntakeConsumer } from './intake.consumer.js';
import { intakeObserver } from './intake-metrics.js';
import type { IntakeVariables } from './intake-variables.js';
import { IntakeRunner } from './intake.runner.js';

/** The process is not ready when commands wait in Kafka and none was answered for this long. */
const STALLED_MS_MAX = 60_000;

/** Reads commands from Kafka, has them executed, and publishes their outcomes. */
@Module({})
export class IntakeModule {
  static forRoot(config: IntakeVariables, environment: Environment): DynamicModule {
    return {
      module: IntakeModule,
      imports: [
        ProcessModule.forRoot({
          app: 'intake',
          config,
          environment,
          components: ['event store', 'kafka', 'partitions', 'flow'],
        }),
        StoresModule.forRoot(['append']),
        CommandProcessingModule,
        SendersModule,
        KafkaModule,
      ],
      providers: [
        {
          provide: StallDetector,
          inject: [CLOCK, Health],
          useFactory: (clock: Clock, health: Health) => {
            const stallDetector = new StallDetector(clock, STALLED_MS_MAX);
            health.addCheck('flow', () => stallDetector.status());
            return stallDetector;
          },
        },
        {
          provide: IntakeConsumer,
          inject: [
            CONFIG,
            CommandBus,
            AccountCommandProcessor,
            SETTINGS,
            SENDERS,
            OUTCOME_SINK,
            CLOCK,
            METRICS,
            LOG,
          ],
          useFactory: (
            { KAFKA_UNDECODABLE: undecodable }: IntakeVariables,
            bus: CommandBus,
            processor: AccountCommandProcessor,
            settings: SettingsSource,
            senders: Senders,
            sink: OutcomeSink,
            clock: Clock,
            metrics: Registry,
            log: Log,
          ) =>
            new IntakeConsumer({
              execute: (command, origin, options) =>
                bus.execute(new RunLedgerCommand(command, origin, options)),
              settings,
              senders,
              sink,
              clearCache: () => processor.clearCache(),
              now: () => clock.timeOfDay(),
              observer: intakeObserver(metrics, log),
              undecodable,
            }),
        },
        IntakeRunner,
      ],
    };
  }
}
