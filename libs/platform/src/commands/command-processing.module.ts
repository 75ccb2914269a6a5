import { Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { CommandsModule } from '#commands';
import type { EventStore, SnapshotStore } from '#event-store';
import type { LedgerVariables } from '../config/ledger-variables.js';
import type { SettingsSource } from '#settings';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import type { Log } from '../log/log.js';
import { CONFIG, EVENT_STORE, LOG, METRICS, SETTINGS, SNAPSHOT_STORE } from '../tokens.js';
import { SettingsModule } from '../settings/settings.module.js';
import { openCommandProcessor } from './open-command-processor.js';

const DRAIN_MS_MAX = 3_000;

const commands = CommandsModule.forRootAsync({
  inject: [EVENT_STORE, SNAPSHOT_STORE, SETTINGS, CONFIG, METRICS, LOG, GracefulShutdown],
  useFactory: (
    events: EventStore,
    snapshots: SnapshotStore,
    settings: SettingsSource,
    config: LedgerVariables,
    metrics: Registry,
    log: Log,
    shutdown: GracefulShutdown,
  ) => {
    const processor = openCommandProcessor({ events, snapshots, settings }, config, metrics, log);
    shutdown.register({
      name: 'commands',
      phase: 'processing',
      msMax: DRAIN_MS_MAX,
      run: () => processor.drain(DRAIN_MS_MAX),
    });
    return processor;
  },
});

/**
 * The command bus in front of a processor that decides by the settings, is measured and logged, and is
 * drained on shutdown.
 */
@Module({ imports: [SettingsModule, commands], exports: [commands] })
export class CommandProcessingModule {}
