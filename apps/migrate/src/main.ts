import { explainMigrationFailure } from '#assembly';
import { exitOnError, readConfiguration } from '#runtime';
import { MIGRATE_VARIABLES } from './migrate-variables.js';
import { runMigrations } from './run-migrations.js';
import { answerTo } from './usage.js';

// `npm run migrate`: the one program that needs the role that owns the ledger.

const answer = answerTo(process.argv.slice(2));
if (answer === null) {
  exitOnError(
    (async () => {
      const config = readConfiguration(MIGRATE_VARIABLES, process.env);
      await explainMigrationFailure(() =>
        runMigrations(config, (line) => void process.stdout.write(`${line}\n`)),
      );
    })(),
  );
} else {
  (answer.status === 0 ? process.stdout : process.stderr).write(answer.text);
  process.exitCode = answer.status;
}
