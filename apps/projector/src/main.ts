import { Command } from 'commander';
import { z } from 'zod';
import { LEDGER_VARIABLES, type LedgerVariables } from '#assembly';
import { orExit, readConfiguration } from '#runtime';
import { rebuildCommand } from './rebuild/rebuild-command.js';
import { runProjector } from './run.js';

const configured = (): LedgerVariables =>
  readConfiguration(z.object(LEDGER_VARIABLES), process.env);

const program = new Command('projector')
  .description('Follows the event store and keeps the read tables.')
  .action(() => runProjector(configured()))
  .addCommand(rebuildCommand(configured));

orExit(program.parseAsync().then(() => undefined));
