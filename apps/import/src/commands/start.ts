import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { SYSTEM_CLOCK } from '#async';
import { mapDigest } from '#import';
import { PUBLISHED_AHEAD_SECONDS } from '#ledger';
import { startTakeOver } from '#settings';
import { print } from '#terminal';
import { CannotImportError } from '../errors.js';
import { requireRules2 } from '../ledger/require-rules-2.js';
import { withLedger } from '../ledger/open-ledger.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { readMapping } from './read-mapping.js';

interface Options {
  readonly id: string;
  readonly map?: string;
  readonly by?: string;
}

/** The clocks of the store and of this process may differ by so much. */
const SPARE_MS = 30_000;

export function addStartCommand(program: Command, toAction: ToAction): void {
  program
    .command('start')
    .summary('say that a take-over is on, with its mapping')
    .description(
      'Publishes the mapping in the ledger. From six and a half minutes later on, a command for a user ' +
        'who has no stream is answered NotTakenOver, until `finish`. Said again, it is another mapping. ' +
        'Import rows at once; open accounts only when it is on.',
    )
    .requiredOption('--id <id>', 'names the take-over: 1 to 32 characters a-z, 0-9 and -')
    .option('--map <file>', 'the mapping')
    .option('--by <name>', 'who says so')
    .action(toAction(runStart));
}

const ID = /^[a-z0-9-]{1,32}$/;

async function runStart(context: CommandContext, options: Options): Promise<ExitStatus> {
  if (!ID.test(options.id)) {
    throw new CannotImportError('--id must be 1 to 32 characters a-z, 0-9 and -');
  }
  const mapping = readMapping(context, options.map);
  const result = await withLedger(context.env, async ({ store, settings }) => {
    await requireRules2(settings);
    const nowMs = await store.timeOfDay();
    const from = new Date(nowMs + PUBLISHED_AHEAD_SECONDS * 1_000 + SPARE_MS).toISOString();
    const by = options.by ?? userInfo().username;
    const draft = { importId: options.id, mapping, from, by };
    return startTakeOver({ store, clock: SYSTEM_CLOCK }, draft, { correlation: randomUUID() });
  });
  if (result.kind === 'refused')
    throw new CannotImportError(`the ledger refuses it: ${result.reason}`);
  const { event } = result;
  const from = event.type === 'TakeOverStarted' ? event.from : event.at;
  await print(
    context.terminal.out,
    `The take-over ${options.id} is on from ${from}, with the mapping ${mapDigest(mapping)}.\n`,
  );
  return 0;
}
