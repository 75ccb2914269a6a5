import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  KafkaBrokerError,
  PostgresStartError,
  stopLeftoverPostgres,
  stopLeftoverKafka,
} from '#embedded';
import { MADE } from './private-folders.js';
import { readyFile, stackSettings } from './settings.js';
import { StackClaim, StackClaimError } from './stack-claim.js';

// `npm run reset`: clears the data of the local stack, and keeps what was downloaded.

const EXPECTED = [StackClaimError, PostgresStartError, KafkaBrokerError];

// Just what a stack makes: a DATA_DIR may hold other things, too.
const { dataDir } = stackSettings(process.env);
if (!existsSync(dataDir)) {
  process.stdout.write(`there is nothing in ${dataDir}\n`);
} else {
  try {
    // As a stack that starts: so that none does meanwhile, and none that was killed left anything.
    await StackClaim.take(dataDir, (line) => process.stdout.write(`${line}\n`));
    await stopLeftoverPostgres(join(dataDir, 'postgres'), () => undefined);
    await stopLeftoverKafka(join(dataDir, 'kafka'));
    await rm(readyFile(dataDir), { force: true });
    for (const name of MADE) await rm(join(dataDir, name), { recursive: true, force: true });
    process.stdout.write(`cleared ${dataDir}\n`);
  } catch (error) {
    const isExpected = EXPECTED.some((kind) => error instanceof kind);
    process.stderr.write(`${isExpected ? (error as Error).message : String(error)}\n`);
    process.exitCode = 1;
  }
}
