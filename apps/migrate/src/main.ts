import { explainMigrationFailure } from '#platform';
import { exitOnError, readConfiguration } from '#platform/process';
import { MIGRATE_VARIABLES } from './migrate-variables.js';
import { runMigrations } from './run-migrations.js';
import { usageFor } from './usage.js';

// `npm run migrate`: the one program that needs the role that owns the ledger.

const usage = usageFor(process.argv.slice(2));
if (usage === null) {
  exitOnError(
    (async () => {
      const config = readConfiguration(MIGRATE_VARIABLES, process.env);
      await explainMigrationFailure(() =>
        runMigrations(config, (line) => void process.stdout.write(`${line}\n`)),
      );
    })(),
  );
} else {
  (usage.status === 0 ? process.stdout : process.stderr).write(usage.text);
  process.exitCode = usage.status;
}
