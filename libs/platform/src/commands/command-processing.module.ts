import { Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { CommandsModule } from '#commands';
import type { EventStore, SnapshotStore } from '#event-store';
import type { LedgerVariables } from '../config/ledger-variables.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import type { Log } from '../log/log.js';
import { CONFIG, EVENT_STORE, LOG, METRICS, SNAPSHOT_STORE } from '../tokens.js';
import { openCommandProcessor } from './open-command-processor.js';

const DRAIN_MS_MAX = 3_000;

const commands = CommandsModule.forRootAsync({
  inject: [EVENT_STORE, SNAPSHOT_STORE, CONFIG, METRICS, LOG, GracefulShutdown],
  useFactory: (
    events: EventStore,
    snapshots: SnapshotStore,
    config: LedgerVariables,
    metrics: Registry,
    log: Log,
    shutdown: GracefulShutdown,
  ) => {
    const processor = openCommandProcessor({ events, snapshots }, config, metrics, log);
    shutdown.register({
      name: 'commands',
      phase: 'processing',
      msMax: DRAIN_MS_MAX,
      run: () => processor.drain(DRAIN_MS_MAX),
    });
    return processor;
  },
});

/** The command bus in front of a processor that is measured, logged, and drained on shutdown. */
@Module({ imports: [commands], exports: [commands] })
export class CommandProcessingModule {}
