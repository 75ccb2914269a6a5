import { Module, type DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import { METRICS, PROBE_SERVER } from '../tokens.js';
import { Health } from './health.js';
import { serveProbes, type ProbeServer } from './probe-server.js';

export interface HealthModuleOptions {
  /** Components that are not ready until they report. */
  readonly components: readonly string[];
  /** Where the probes and the metrics are served; null: on the public port of the process. */
  readonly probes: { readonly port: number; readonly host: string } | null;
}

/**
 * Readiness that components report and probes read from memory. `@nestjs/terminus` asks every
 * component on each probe, so that a slow store makes the probe time out instead of answering no; it
 * has no state for "works, but look at it"; and its answer has another shape than ours.
 */
@Module({})
export class HealthModule {
  static forRoot({ components, probes }: HealthModuleOptions): DynamicModule {
    return {
      module: HealthModule,
      global: true,
      providers: [
        { provide: Health, useFactory: () => new Health(components) },
        {
          provide: PROBE_SERVER,
          inject: [Health, METRICS, GracefulShutdown],
          useFactory: async (
            health: Health,
            metrics: Registry,
            shutdown: GracefulShutdown,
          ): Promise<ProbeServer | null> => {
            if (probes === null) return null;
            const server = await serveProbes({ ...probes, health, metrics });
            shutdown.register({
              name: 'probes',
              phase: 'probes',
              msMax: 1_000,
              run: () => server.close(),
            });
            return server;
          },
        },
      ],
      exports: [Health, PROBE_SERVER],
    };
  }
}
