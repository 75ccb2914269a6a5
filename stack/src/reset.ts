import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  KafkaBrokerError,
  PostgresStartError,
  stopLeftoverPostgres,
  stopLeftoverKafka,
} from '#embedded';
import { STACK_ENTRIES } from './data-dir-permissions.js';
import { readyFile, readStackConfig } from './stack-config.js';
import { StackClaim, StackClaimError } from './stack-claim.js';

// `npm run reset` deletes the data of the local stack, and keeps downloads.

const EXPECTED = [StackClaimError, PostgresStartError, KafkaBrokerError];

// Only the entries of a stack are deleted, because a DATA_DIR may have other contents too.
const { dataDir } = readStackConfig(process.env);
if (!existsSync(dataDir)) {
  process.stdout.write(`there is nothing in ${dataDir}\n`);
} else {
  try {
    // The claim prevents a start meanwhile, and stops what a killed stack left running.
    await StackClaim.take(dataDir, (line) => process.stdout.write(`${line}\n`));
    await stopLeftoverPostgres(join(dataDir, 'postgres'), () => undefined);
    await stopLeftoverKafka(join(dataDir, 'kafka'));
    await rm(readyFile(dataDir), { force: true });
    for (const name of STACK_ENTRIES)
      await rm(join(dataDir, name), { recursive: true, force: true });
    process.stdout.write(`cleared ${dataDir}\n`);
  } catch (error) {
    const isExpected = EXPECTED.some((kind) => error instanceof kind);
    process.stderr.write(`${isExpected ? (error as Error).message : String(error)}\n`);
    process.exitCode = 1;
  }
}
