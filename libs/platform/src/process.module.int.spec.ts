import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import type { Environment } from './config/configuration.js';
import type { ProbeServer } from './health/probe-server.js';
import { GREEN, Health } from './health/health.js';
import { GracefulShutdown } from './lifecycle/graceful-shutdown.js';
import type { Log } from './log/log.js';
import { ProcessModule } from './process.module.js';
import { CLOCK, CONFIG, ENVIRONMENT, LOG, METRICS, PROBE_SERVER } from './tokens.js';

const CONFIGURATION = { LOG_LEVEL: 'fatal', PORT: 0, HOST: '127.0.0.1' } as const;

@Injectable()
class Worker {
  constructor(
    @Inject(CONFIG) readonly config: typeof CONFIGURATION,
    @Inject(ENVIRONMENT) readonly environment: Environment,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(LOG) readonly log: Log,
    @Inject(METRICS) readonly metrics: Registry,
    @Inject(PROBE_SERVER) readonly probes: ProbeServer | null,
    readonly health: Health,
    readonly shutdown: GracefulShutdown,
  ) {}
}

@Module({ providers: [Worker], exports: [Worker] })
class WorkerModule {}

async function open(probes?: null) {
  const module = await Test.createTestingModule({
    imports: [
      ProcessModule.forRoot({
        app: 'test',
        config: CONFIGURATION,
        environment: { SECRET: 's' },
        components: ['store'],
        ...(probes === null && { probes }),
      }),
      WorkerModule,
    ],
  }).compile();
  await module.init();
  return { module, worker: module.get(Worker, { strict: false }) };
}

describe('The modules of a process', () => {
  it('hand out configuration, clock, log, metrics and health to every other module', async () => {
    const { module, worker } = await open();
    expect(worker.config).toBe(CONFIGURATION);
    expect(worker.environment).toEqual({ SECRET: 's' });
    expect(Math.abs(worker.clock.timeOfDay() - Date.now())).toBeLessThan(60_000);
    expect(worker.log.level).toBe('fatal');
    expect(await worker.metrics.metrics()).toContain('app="test"');
    await module.close();
  });

  it('serve probes from the start, not ready until the components report', async () => {
    const { module, worker } = await open();
    const statusOf = async () =>
      (await fetch(`http://127.0.0.1:${worker.probes?.port ?? 0}/health/ready`)).status;
    expect(await statusOf()).toBe(503);
    worker.health.report('store', GREEN);
    expect(await statusOf()).toBe(200);
    await module.close();
  });

  it('close the probe server last', async () => {
    const { module, worker } = await open();
    const url = `http://127.0.0.1:${worker.probes?.port ?? 0}/health/live`;
    let answeredWhileClosing = 0;
    worker.shutdown.register({
      name: 'store',
      phase: 'stores',
      msMax: 10_000,
      run: async () => void (answeredWhileClosing = (await fetch(url)).status),
    });
    await module.close();
    expect(answeredWhileClosing).toBe(200);
    await expect(fetch(url)).rejects.toThrow();
    expect(worker.shutdown.hasFailed).toBe(false);
  });

  it('serve no probes where the process serves them on its public port', async () => {
    const { module, worker } = await open(null);
    expect(worker.probes).toBeNull();
    await module.close();
  });
});
