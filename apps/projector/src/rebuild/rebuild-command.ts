import { Command, InvalidArgumentError } from 'commander';
import { TABLES_NAME, openStores, type LedgerVariables } from '#platform';
import { createLog, standardError } from '#platform/process';
import { createWriterPool } from '../writer-pool.js';
import { rebuildReporter, reportOutcome } from './rebuild-report.js';
import { Rebuild, type RebuildOutcome } from '#projection';

const APP = 'rebuild';
/** Creating indexes and comparing versions may take any time. */
const NO_LIMIT_MS = 0;

interface Flags {
  readonly back?: boolean;
  readonly dropOld?: boolean;
  readonly discard?: boolean;
  readonly acceptDifferences?: boolean;
  readonly eventsPerSecond?: number;
}

export type RebuildVariables = LedgerVariables & { readonly MIGRATION_URL: string };

/** `configured` is called only when the command runs, so that --help needs no configuration. */
export function rebuildCommand(configured: () => RebuildVariables): Command {
  return new Command('rebuild')
    .description(
      'Builds the next version of the read tables beside the live one, compares both, and switches. ' +
        'After a crash, run the same command again. The old version is kept up to date for a rollback.',
    )
    .option('--back', 'roll back to the retained version')
    .option('--drop-old', 'drop the retained version')
    .option('--discard', 'drop a new version that is not live')
    .option(
      '--accept-differences',
      'switch although rows differ, because their definition has changed',
    )
    .option(
      '--events-per-second <n>',
      'limit the rate, to leave capacity for the live tables',
      wholeNumberOfEvents,
    )
    .action(async (flags: Flags) => {
      process.exitCode = await rebuild(configured(), flags);
    });
}

function wholeNumberOfEvents(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

async function rebuild(config: RebuildVariables, flags: Flags): Promise<number> {
  const log = createLog({ app: APP, level: 'warn' });
  const database = config.MIGRATION_URL === '' ? config.DATABASE_URL : config.MIGRATION_URL;
  const addresses = { EVENT_STORE: config.EVENT_STORE, DATABASE_URL: database };
  const stores = await openStores(addresses, log, ['read events', 'own tables']);
  const pool = createWriterPool(database, NO_LIMIT_MS, log);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => stop.abort(new Error('stopped: run the same command to continue')));
  }
  try {
    const work = new Rebuild({
      store: stores.events,
      pool,
      name: TABLES_NAME,
      observer: rebuildReporter(standardError()),
      eventsPerSecondMax: flags.eventsPerSecond ?? Infinity,
      ...(stores.followsDirectly !== null && { followsDirectly: stores.followsDirectly }),
    });
    return reportOutcome(process.stdout, await execute(work, flags, stop.signal));
  } finally {
    await pool.end();
    await stores.close();
  }
}

function execute(work: Rebuild, flags: Flags, signal: AbortSignal): Promise<RebuildOutcome> {
  if (flags.back) return work.rollBack(signal);
  if (flags.dropOld) return work.drop('kept');
  if (flags.discard) return work.drop('building');
  return work.run({ acceptDifferences: flags.acceptDifferences ?? false }, signal);
}
