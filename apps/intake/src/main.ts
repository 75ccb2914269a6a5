import { runContext } from '#platform';
import { exitOnError, readConfiguration } from '#platform/process';
import { INTAKE_VARIABLES } from './intake-variables.js';
import { IntakeModule } from './intake.module.js';
import { IntakeRunner } from './intake.runner.js';

const start = async (): Promise<void> => {
  const config = readConfiguration(INTAKE_VARIABLES, process.env);
  await runContext(IntakeModule.forRoot(config, process.env), IntakeRunner);
};

exitOnError(start());
