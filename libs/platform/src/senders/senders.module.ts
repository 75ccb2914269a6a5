import { Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import type { Senders } from '#senders';
import type { Environment } from '../config/configuration.js';
import type { SendersVariables } from '../config/senders-variables.js';
import { Health } from '../health/health.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import type { Log } from '../log/log.js';
import { CLOCK, CONFIG, ENVIRONMENT, LOG, METRICS, SENDERS } from '../tokens.js';
import { openSenders } from './open-senders.js';

/** Who may send which commands, by the senders file. */
@Module({
  providers: [
    {
      provide: SENDERS,
      inject: [CONFIG, ENVIRONMENT, METRICS, LOG, CLOCK, Health, GracefulShutdown],
      useFactory: async (
        config: SendersVariables,
        environment: Environment,
        metrics: Registry,
        log: Log,
        clock: Clock,
        health: Health,
        shutdown: GracefulShutdown,
      ): Promise<Senders> => {
        const { senders, status, stop } = await openSenders(config, environment, {
          metrics,
          log,
          clock,
        });
        health.addCheck('senders', status);
        shutdown.register({ name: 'senders', phase: 'background', msMax: 1_000, run: stop });
        return senders;
      },
    },
  ],
  exports: [SENDERS],
})
export class SendersModule {}
