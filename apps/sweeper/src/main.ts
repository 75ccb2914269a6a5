import { runContext } from '#platform';
import { exitOnError, readConfiguration } from '#platform/process';
import { SWEEPER_VARIABLES, SweeperModule } from './sweeper.module.js';
import { SweeperRunner } from './sweeper.runner.js';

const start = async (): Promise<void> => {
  const config = readConfiguration(SWEEPER_VARIABLES, process.env);
  await runContext(SweeperModule.forRoot(config), SweeperRunner);
};

exitOnError(start());
