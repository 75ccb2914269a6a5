import { Command, InvalidArgumentError } from 'commander';
import { TABLES_NAME, openStores, type LedgerVariables } from '#platform';
import { createLog } from '#platform/process';
import { createWriterPool } from '../writer-pool.js';
import { formatParkedAccounts, formatUnparkResult } from './parking-report.js';
import { parkedAccounts, unparkAccounts, userIdsOf, type UnparkOptions } from '#projection';

const APP = 'parking';
/** Folding a long history may take any time. */
const NO_LIMIT_MS = 0;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `configured` is called only when the command runs, so that --help needs no configuration. */
export const parkedCommand = (configured: () => LedgerVariables): Command =>
  new Command('parked')
    .description(
      'Lists the accounts that are parked: one of their events could not be applied, and the later ' +
        'ones are skipped until the account is unparked.',
    )
    .option('--json', 'print one JSON object per line')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      await withConnections(configured(), async (parts) => {
        process.stdout.write(formatParkedAccounts(await parkedAccounts(parts), json));
      });
    });

export const unparkCommand = (configured: () => LedgerVariables): Command =>
  new Command('unpark')
    .description(
      'Refolds parked accounts from their streams, each in one transaction, after the cause was ' +
        'fixed. Their rows get new ids. Exits with 1 when an account stays parked.',
    )
    .option('--user <id>', 'unpark this account', userId)
    .option('--all', 'unpark all parked accounts')
    .action(async ({ user, all = false }: UnparkFlags, command: Command) => {
      if ((user === undefined) === !all) {
        // A thrown error would be shown as a bug with its stack.
        command.error('error: specify either --user <id> or --all');
      }
      await withConnections(configured(), async (parts, signal) => {
        const userIds = user === undefined ? userIdsOf(await parkedAccounts(parts)) : [user];
        if (userIds.length === 0) process.stdout.write('No account is parked.\n');
        for await (const result of unparkAccounts(parts, userIds, signal)) {
          process.stdout.write(formatUnparkResult(result));
          if (result.kind !== 'unparked') process.exitCode = 1;
        }
      });
    });

interface UnparkFlags {
  readonly user?: string;
  readonly all?: boolean;
}

function userId(text: string): string {
  if (!UUID.test(text)) throw new InvalidArgumentError('It must be the id of a user, a UUID.');
  return text.toLowerCase();
}

async function withConnections(
  config: LedgerVariables,
  work: (parts: UnparkOptions, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const log = createLog({ app: APP, level: 'warn' });
  const stores = await openStores(config, log, ['read events', 'write tables']);
  const pool = createWriterPool(config.DATABASE_URL, NO_LIMIT_MS, log);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => stop.abort(new Error('stopped: run the same command to continue')));
  }
  try {
    await work({ store: stores.events, pool, name: TABLES_NAME }, stop.signal);
  } finally {
    await pool.end();
    await stores.close();
  }
}
