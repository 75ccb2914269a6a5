import { Command, InvalidArgumentError } from 'commander';
import { TABLES_NAME, openStores, type LedgerVariables } from '#platform';
import { createLog } from '#platform/process';
import { createWriterPool } from '../writer-pool.js';
import { formatParkedAccounts, formatUnparkResult } from './parking-report.js';
import { parkedAccounts, unparkAccounts, userIdsOf, type UnparkOptions } from '#projection';

const APP = 'parking';
/** A long history takes as long as it takes. */
const NO_LIMIT_MS = 0;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `configured` is read only when there is something to do, so that --help needs nothing. */
export const parkedCommand = (configured: () => LedgerVariables): Command =>
  new Command('parked')
    .description(
      'Lists the accounts that are parked: an event of theirs could not be applied, and what came ' +
        'behind it is left out of the read tables until they are unparked.',
    )
    .option('--json', 'one object a line')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      await withConnections(configured(), async (parts) => {
        process.stdout.write(formatParkedAccounts(await parkedAccounts(parts), json));
      });
    });

export const unparkCommand = (configured: () => LedgerVariables): Command =>
  new Command('unpark')
    .description(
      'Folds parked accounts anew from their streams, each in one transaction, once what was wrong ' +
        'with them is mended. Their rows get new ids. Exits with 1 when one of them stays parked.',
    )
    .option('--user <id>', 'this account', userId)
    .option('--all', 'all that are parked')
    .action(async ({ user, all = false }: UnparkFlags, command: Command) => {
      if ((user === undefined) === !all) {
        // Thrown instead, it would be shown as a bug, with its stack.
        command.error('error: say either --user <id> or --all');
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
    process.once(signal, () =>
      stop.abort(new Error('stopped: the same command goes on from here')),
    );
  }
  try {
    await work({ store: stores.events, pool, name: TABLES_NAME }, stop.signal);
  } finally {
    await pool.end();
    await stores.close();
  }
}
