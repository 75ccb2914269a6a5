import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import { AccountCommandProcessor } from '#commands';
import {
  CLOCK,
  CommandProcessingModule,
  LOG,
  METRICS,
  ProcessModule,
  SendersModule,
  StoresModule,
} from '#platform';
import { Health, StallDetector, type Environment, type Log } from '#platform/process';
import { createApiObserver } from './api-metrics.js';
import { apiOptions, tokenVerifierOptions, type ApiVariables } from './api-variables.js';
import { AuditModule } from './audit/audit.module.js';
import { CommandsHttpModule } from './commands/commands-http.module.js';
import { TOKEN_VERIFIER, createTokenVerifier } from './common/access/token-verifier.js';
import { CommonModule } from './common/common.module.js';
import { API_OBSERVER } from './common/observer/api-observer.js';
import { API_OPTIONS } from './common/options/api-options.js';
import { DocsModule } from './docs/docs.module.js';
import { HealthChecksModule } from './health/health-checks.module.js';
import { HealthHttpModule } from './health/health-http.module.js';
import { LiveModule } from './live/live.module.js';
import { OutcomesModule } from './outcomes/outcomes.module.js';
import { QuotesModule } from './quotes/quotes.module.js';
import { SettingsHttpModule } from './settings/settings-http.module.js';
import { StatementModule } from './statement/statement.module.js';

/** The process is not ready when commands are queued and none was answered for this long. */
const STALL_MS_MAX = 60_000;

/** The routes of the API. Their dependencies come from `ApiModule`, or from a test. */
@Module({
  imports: [
    CommonModule,
    CommandsHttpModule,
    OutcomesModule,
    StatementModule,
    LiveModule,
    AuditModule,
    SettingsHttpModule,
    QuotesModule,
    HealthHttpModule,
    DocsModule,
  ],
})
export class ApiRoutesModule {}

@Global()
@Module({})
export class ApiModule {
  static forRoot(config: ApiVariables, environment: Environment): DynamicModule {
    const { METRICS_PORT: port, METRICS_HOST: host } = config;
    return {
      module: ApiModule,
      imports: [
        ProcessModule.forRoot({
          app: 'api',
          config,
          environment,
          components: ['event store', 'read tables', 'reads', 'clock'],
          probes: port === null ? null : { port, host },
        }),
        StoresModule.forRoot(['append', 'read tables']),
        SendersModule,
        CommandProcessingModule,
        HealthChecksModule,
        ApiRoutesModule,
      ],
      providers: [
        { provide: API_OPTIONS, useValue: apiOptions(config) },
        {
          provide: TOKEN_VERIFIER,
          inject: [CLOCK],
          useFactory: (clock: Clock) =>
            createTokenVerifier(tokenVerifierOptions(config), () => clock.timeOfDay()),
        },
        {
          provide: StallDetector,
          inject: [CLOCK, Health, AccountCommandProcessor],
          useFactory: (clock: Clock, health: Health, processor: AccountCommandProcessor) => {
            const stallDetector = new StallDetector(clock, STALL_MS_MAX);
            health.addCheck('commands', () => {
              stallDetector.reportWaiting(processor.stats.active + processor.stats.queued);
              return stallDetector.status();
            });
            return stallDetector;
          },
        },
        {
          provide: API_OBSERVER,
          inject: [METRICS, LOG, StallDetector],
          useFactory: (metrics: Registry, log: Log, stallDetector: StallDetector) =>
            createApiObserver(metrics, log, stallDetector),
        },
      ],
      exports: [API_OPTIONS, TOKEN_VERIFIER, API_OBSERVER, SendersModule, CommandProcessingModule],
    };
  }
}
