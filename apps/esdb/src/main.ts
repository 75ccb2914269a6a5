import { Command } from 'commander';
import { checkServer, type CheckOptions } from './check-server.js';

const program = new Command('esdb').description('Checks the EventStoreDB of a ledger.');

program
  .command('check')
  .summary('report what the server lacks, one sentence each; writes nothing')
  .option('--url <url>', 'connection string (default: EVENT_STORE)')
  .option('--json', 'print one JSON object per line')
  .option('--deadline <ms>', 'timeout of each check', Number, 15_000)
  .addHelpText(
    'after',
    '\nExit status: 0 nothing is missing, 1 something is missing, 2 the server could not be checked.',
  )
  .action(async (options: CheckOptions) => {
    process.exitCode = await checkServer(options, process.env, (text) =>
      process.stdout.write(`${text}\n`),
    );
  });

await program.parseAsync();
