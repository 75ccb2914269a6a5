import { migrating } from '#assembly';
import { orExit, readConfiguration } from '#runtime';
import { MIGRATE_VARIABLES } from './migrate-variables.js';
import { runMigrations } from './run-migrations.js';

// `npm run migrate`: the one program that needs the role that owns the ledger.

orExit(
  (async () => {
    const config = readConfiguration(MIGRATE_VARIABLES, process.env);
    await migrating(() => runMigrations(config, (line) => void process.stdout.write(`${line}\n`)));
  })(),
);
