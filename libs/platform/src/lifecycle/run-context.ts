import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Log } from '../log/log.js';
import { NestLogger } from '../log/nest-logger.js';
import { LOG } from '../tokens.js';
import { GracefulShutdown } from './graceful-shutdown.js';
import { handleShutdownSignals } from './shutdown-signals.js';

/** The provider that begins the work of a process without HTTP. */
export interface Runner {
  /** Resolves when the work has begun. What it returns is logged: a port, a topic. */
  start(): Promise<Readonly<Record<string, unknown>>>;
}

/** Builds the modules of a process without HTTP and begins its work. Signals are handled from then on. */
export async function runContext(module: DynamicModule, runner: Type<Runner>): Promise<void> {
  const app = await NestFactory.createApplicationContext(module, {
    abortOnError: false,
    // A start that fails is reported once, by whoever called.
    logger: false,
  });
  app.useLogger(app.get(NestLogger));
  const log = app.get<Log>(LOG);
  handleShutdownSignals({ app, shutdown: app.get(GracefulShutdown), log });
  log.info(await app.get(runner).start(), 'started');
}
