import { Command } from 'commander';
import { checkServer, type CheckOptions } from './check-server.js';

const program = new Command('esdb').description('Looks at the EventStoreDB that a ledger runs on.');

program
  .command('check')
  .summary('what the server lacks, one sentence each; writes nothing')
  .option('--url <url>', 'its connection string; default: EVENT_STORE')
  .option('--json', 'for machines')
  .option('--deadline <ms>', 'how long each question may take', Number, 15_000)
  .addHelpText(
    'after',
    '\nExit status: 0 nothing is missing, 1 something is, 2 it could not be asked.',
  )
  .action(async (options: CheckOptions) => {
    process.exitCode = await checkServer(options, process.env, (text) =>
      process.stdout.write(`${text}\n`),
    );
  });

await program.parseAsync();
