import { NestFactory } from '@nestjs/core';
import { explainMigrationFailure } from '#platform';
import { exitOnError, readConfiguration } from '#platform/process';
import { MigrateModule } from './migrate.module.js';
import { MIGRATE_VARIABLES } from './migrate-variables.js';
import { Migrations } from './migrations.js';
import { usageFor } from './usage.js';

// `npm run migrate` is the only program that needs the role that owns the ledger.

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const migrate = async (): Promise<void> => {
  const config = readConfiguration(MIGRATE_VARIABLES, process.env);
  const app = await NestFactory.createApplicationContext(MigrateModule.forRoot(config, print), {
    abortOnError: false,
    logger: false,
  });
  await explainMigrationFailure(() => app.get(Migrations).run());
  await app.close();
};

const usage = usageFor(process.argv.slice(2));
if (usage === null) exitOnError(migrate());
else {
  (usage.status === 0 ? process.stdout : process.stderr).write(usage.text);
  process.exitCode = usage.status;
}
