import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import type { EventStore } from '#event-store';
import {
  CLOCK,
  CONFIG,
  EVENT_STORE,
  FOLLOWS_DIRECTLY,
  LOG,
  METRICS,
  ProcessModule,
  READ_TABLES,
  StoresModule,
  TABLES_NAME,
  type LedgerVariables,
} from '#platform';
import { GracefulShutdown, Health, StallDetector, type Log } from '#platform/process';
import type { FollowsDirectly, ReadTables } from '#read-model';
import { registerOldestOpenGauge, projectorObserver } from './projector-metrics.js';
import { Projector } from '#projection';
import { ProjectorRunner } from './projector.runner.js';
import { createWriterPool } from './writer-pool.js';

/** The process is not ready when events wait and none was projected for this long. */
const STALLED_MS_MAX = 60_000;
const QUERY_MS_MAX = 30_000;

const projectorProvider: FactoryProvider<Projector> = {
  provide: Projector,
  inject: [
    CONFIG,
    EVENT_STORE,
    READ_TABLES,
    FOLLOWS_DIRECTLY,
    CLOCK,
    METRICS,
    LOG,
    Health,
    GracefulShutdown,
  ],
  useFactory: (
    config: LedgerVariables,
    store: EventStore,
    tables: ReadTables,
    followsDirectly: FollowsDirectly | null,
    clock: Clock,
    metrics: Registry,
    log: Log,
    health: Health,
    shutdown: GracefulShutdown,
  ) => {
    const stallDetector = new StallDetector(clock, STALLED_MS_MAX);
    health.addCheck('flow', () => stallDetector.status());
    registerOldestOpenGauge(metrics, log, tables);
    const pool = createWriterPool(config.DATABASE_URL, QUERY_MS_MAX, log);
    shutdown.register({ name: 'tables', phase: 'output', msMax: 1_000, run: () => pool.end() });
    return new Projector({
      store,
      pool,
      name: TABLES_NAME,
      observer: projectorObserver(metrics, log, health, stallDetector, clock),
      now: () => clock.timeOfDay(),
      ...(followsDirectly !== null && { followsDirectly }),
    });
  },
};

/** Follows the event store and keeps the read tables up to date. */
@Module({})
export class ProjectorModule {
  static forRoot(config: LedgerVariables): DynamicModule {
    return {
      module: ProjectorModule,
      imports: [
        ProcessModule.forRoot({ app: 'projector', config, components: ['event store', 'tables'] }),
        StoresModule.forRoot(['read events', 'write tables']),
      ],
      providers: [projectorProvider, ProjectorRunner],
    };
  }
}
