import { Global, Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import type { EventStore } from '#event-store';
import { SettingsReader } from '#settings';
import type { LedgerVariables } from '../config/ledger-variables.js';
import { Health } from '../health/health.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import type { Log } from '../log/log.js';
import { CLOCK, CONFIG, EVENT_STORE, LOG, METRICS, SETTINGS } from '../tokens.js';
import { settingsHealth } from './settings-health.js';
import { measureSettings, settingsObserver } from './settings-metrics.js';

const STOP_MS_MAX = 1_000;

/**
 * The settings of the ledger, read ahead. A process starts also where they can't be read: it answers
 * that it is unavailable until they can.
 */
@Global()
@Module({
  providers: [
    {
      provide: SETTINGS,
      inject: [EVENT_STORE, CONFIG, METRICS, LOG, CLOCK, Health, GracefulShutdown],
      useFactory: (
        store: EventStore,
        config: LedgerVariables,
        metrics: Registry,
        log: Log,
        clock: Clock,
        health: Health,
        shutdown: GracefulShutdown,
      ): SettingsReader => {
        const reader = new SettingsReader({
          store,
          policyChanges: config.LEDGER_POLICY,
          observer: settingsObserver(metrics, log),
          clock,
        });
        health.addCheck('settings', () => settingsHealth(reader, clock));
        measureSettings(metrics, reader, () => clock.timeOfDay());
        shutdown.register({
          name: 'settings',
          phase: 'background',
          msMax: STOP_MS_MAX,
          run: () => reader.stop(),
        });
        reader.start();
        return reader;
      },
    },
  ],
  exports: [SETTINGS],
})
export class SettingsModule {}
