import { Module } from '@nestjs/common';
import type { Clock } from '#async';
import type { EventStore } from '#event-store';
import { CLOCK, DATABASE_CLOCK, EVENT_STORE, READ_TABLES, type DatabaseClock } from '#platform';
import { GracefulShutdown, Health } from '#platform/process';
import type { ReadTables } from '#read-model';
import { clockCheck, readProgressCheck, storeChecks } from './health-checks.js';
import { startHealthChecks } from './periodic-health-check.js';

const HEALTH_CHECKS = Symbol('HealthChecks');

/** Checks the stores and the clock periodically while the process runs. */
@Module({
  providers: [
    {
      provide: HEALTH_CHECKS,
      inject: [EVENT_STORE, READ_TABLES, CLOCK, DATABASE_CLOCK, Health, GracefulShutdown],
      useFactory: (
        store: EventStore,
        tables: ReadTables,
        clock: Clock,
        databaseClock: DatabaseClock,
        health: Health,
        shutdown: GracefulShutdown,
      ) => {
        const checks = [
          ...storeChecks(store, tables),
          readProgressCheck(store, tables, clock),
          clockCheck(clock, databaseClock),
        ];
        const running = startHealthChecks(checks, health, clock);
        shutdown.register({
          name: 'checks',
          phase: 'background',
          msMax: 1_000,
          run: () => running.stop(),
        });
        return running;
      },
    },
  ],
})
export class HealthChecksModule {}
