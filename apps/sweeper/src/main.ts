import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import {
  LEDGER_VARIABLES,
  answerCounter,
  clockSkewFault,
  openCommandProcessor,
  openStores,
} from '#platform';
import { CommandsModule, RunLedgerCommand } from '#commands';
import { SYSTEM_CLOCK, runPeriodically } from '#async';
import {
  GREEN,
  Health,
  NestLogger,
  createLog,
  createMetrics,
  exitOnError,
  readConfiguration,
  serveProbes,
  handleShutdown,
} from '#platform/process';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { Sweeper } from './sweeper.js';

// Sends ExpirePoints to accounts where something fell due: the list of what the process is made of.

const APP = 'sweeper';
/** Late by at most a minute: two sweeps and what the read tables lag behind. */
const SWEEP_EVERY_MS = 15_000;

async function main(): Promise<void> {
  const config = readConfiguration(z.object(LEDGER_VARIABLES), process.env);
  const log = createLog({ app: APP, level: config.LOG_LEVEL });
  const metrics = createMetrics(APP);
  const health = new Health(['clock', 'sweep']);
  const probes = await serveProbes({ port: config.PORT, host: config.HOST, health, metrics });
  const stores = await openStores(config, log, ['append', 'read tables']);
  const desk = openCommandProcessor(stores, config, metrics, log);
  const app = await NestFactory.createApplicationContext(CommandsModule.forProcessor(desk), {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  const bus = app.get(CommandBus);
  const countAnswer = answerCounter(metrics);
  const failures = new Counter({
    name: 'ledger_sweep_failures_total',
    help: 'Commands of the sweeper that had no answer; the next sweep sends them again',
    registers: [metrics],
  });
  const sweeper = new Sweeper({
    tables: stores.tables,
    now: () => SYSTEM_CLOCK.timeOfDay(),
    execute: async (command, origin) => {
      const answered = await bus.execute(new RunLedgerCommand(command, origin));
      countAnswer(command.type, answered.answer);
      return answered;
    },
  });

  /** A wrong clock would let points expire that are not due. */
  const clockIsRight = async (): Promise<boolean> => {
    const reason = await clockSkewFault(SYSTEM_CLOCK, stores);
    health.report('clock', reason === null ? GREEN : { state: 'red', reason });
    return reason === null;
  };
  const sweep = async (): Promise<void> => {
    try {
      if (!(await clockIsRight())) return;
      const { sent, failed } = await sweeper.sweep();
      failures.inc(failed.length);
      for (const { userId, cause } of failed) log.warn({ userId, err: cause }, 'not expired');
      if (sent > 0) log.info({ sent, failed: failed.length }, 'swept');
      health.report('sweep', GREEN);
    } catch (err) {
      log.warn({ err }, 'sweep failed');
      health.report('sweep', { state: 'red', reason: 'the last sweep failed: read the log' });
    }
  };
  const sweeping = runPeriodically(sweep, SWEEP_EVERY_MS);

  handleShutdown({
    log,
    steps: [
      { name: 'sweep', msMax: 5_000, run: () => sweeping.stop() },
      { name: 'desk', msMax: 3_000, run: async () => void (await desk.drain(3_000)) },
      { name: 'nest', msMax: 1_000, run: () => app.close() },
      { name: 'stores', msMax: 3_000, run: () => stores.close() },
      { name: 'probes', msMax: 1_000, run: () => probes.close() },
    ],
  });
  log.info({ port: probes.port }, 'started');
}

exitOnError(main());
