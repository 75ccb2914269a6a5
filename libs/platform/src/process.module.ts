import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/configuration.js';
import type { LedgerVariables } from './config/ledger-variables.js';
import { HealthModule, type HealthModuleOptions } from './health/health.module.js';
import { LifecycleModule } from './lifecycle/lifecycle.module.js';
import { LogModule } from './log/log.module.js';
import { MetricsModule } from './metrics/metrics.module.js';

export interface ProcessModuleOptions {
  /** The process: intake, api, … Every log line and every metric carries it. */
  readonly app: string;
  readonly config: Pick<LedgerVariables, 'LOG_LEVEL' | 'PORT' | 'HOST'>;
  readonly environment?: Environment;
  readonly components: HealthModuleOptions['components'];
  /** Default: the port of the process, which serves nothing else. */
  readonly probes?: HealthModuleOptions['probes'];
}

/** What every process is made of: configuration, log, metrics, health and graceful shutdown. */
@Module({})
export class ProcessModule {
  static forRoot(options: ProcessModuleOptions): DynamicModule {
    const { app, config, environment, components } = options;
    const { probes = { port: config.PORT, host: config.HOST } } = options;
    return {
      module: ProcessModule,
      imports: [
        ConfigModule.forRoot(config, environment),
        LogModule.forRoot({ app, level: config.LOG_LEVEL }),
        MetricsModule.forRoot(app),
        LifecycleModule.forRoot(),
        HealthModule.forRoot({ components, probes }),
      ],
    };
  }
}
