import 'reflect-metadata';
import { LOG } from '#platform';
import {
  GracefulShutdown,
  NestLogger,
  exitOnError,
  handleShutdownSignals,
  readConfiguration,
  type Log,
} from '#platform/process';
import { API_VARIABLES, httpOptions } from './api-variables.js';
import { ApiModule } from './api.module.js';
import { createApi } from './create-api.js';

async function start(): Promise<void> {
  const config = readConfiguration(API_VARIABLES, process.env);
  const app = await createApi(ApiModule.forRoot(config, process.env), httpOptions(config));
  app.useLogger(app.get(NestLogger));
  const log = app.get<Log>(LOG);
  handleShutdownSignals({ app, shutdown: app.get(GracefulShutdown), log });
  await app.listen(config.PORT, config.HOST);
  log.info({ address: await app.getUrl() }, 'started');
}

exitOnError(start());
