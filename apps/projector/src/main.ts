import { Command } from 'commander';
import { z } from 'zod';
import { LEDGER_VARIABLES, runContext } from '#platform';
import { exitOnError, readConfiguration } from '#platform/process';
import { parkedCommand, unparkCommand } from './parking/parking-commands.js';
import { rebuildCommand, type RebuildVariables } from './rebuild/rebuild-command.js';
import { ProjectorModule } from './projector.module.js';
import { ProjectorRunner } from './projector.runner.js';

const VARIABLES = z.object({
  ...LEDGER_VARIABLES,
  /** The role that owns the read tables and creates those of a rebuild. By default that of DATABASE_URL. */
  MIGRATION_URL: z.string().default(''),
});

const configured = (): RebuildVariables => readConfiguration(VARIABLES, process.env);

const program = new Command('projector')
  .description('Follows the event store and keeps the read tables.')
  .action(() => runContext(ProjectorModule.forRoot(configured()), ProjectorRunner))
  .addCommand(rebuildCommand(configured))
  .addCommand(parkedCommand(configured))
  .addCommand(unparkCommand(configured));

exitOnError(program.parseAsync().then(() => undefined));
