import type { Command } from 'commander';
import { analyseAccount, mapDigest, type Mapping, type TakeOverTerms } from '#import';
import { Progress, print } from '#terminal';
import { FaultTally } from '../report/fault-tally.js';
import { checkJson, checkText, type CheckReport } from '../report/check-report.js';
import { AccountReader } from '../source/account-reader.js';
import { countRows } from '../source/count-rows.js';
import { readSnapshot, snapshotTime } from '../source/old-database.js';
import { findTables } from '../source/old-tables.js';
import type { CommandContext, ExitStatus, ToAction } from './command-context.js';
import { settingsToImportBy, withoutPassword } from './ledger-settings.js';
import { termsOf } from './import-session.js';
import { readMapping } from './read-mapping.js';

interface Options {
  readonly from: string;
  readonly map?: string;
  readonly json?: boolean;
}

export function addCheckCommand(program: Command, toAction: ToAction): void {
  program
    .command('check')
    .summary('find every fault of the old tables, and say what importing would do with it')
    .description(
      'Reads the old tables in one snapshot and changes nothing, there or here. Counts rows, batches ' +
        'and accounts, and every fault by kind, with examples and with what importing does with it. ' +
        'Businesses and limits are those of the ledger at EVENT_STORE, or those that a new ledger ' +
        'begins with.',
    )
    .requiredOption('--from <url>', 'the old database, or a replica or a restored dump of it')
    .option('--map <file>', 'the mapping: names tables and columns, and decides faults')
    .option('--json', 'print JSON for programs, with the ids of all users')
    .addHelpText(
      'after',
      '\nExit status: 0 every account can be opened, 1 something needs a decision, 2 it could not be done.\n',
    )
    .action(toAction(runCheck));
}

async function runCheck(context: CommandContext, options: Options): Promise<ExitStatus> {
  const mapping = readMapping(context, options.map);
  const startedMs = performance.now();
  const report = await check(context, options.from, mapping);
  const seconds = (performance.now() - startedMs) / 1000;
  const { out } = context.terminal;
  if (options.json !== true) await print(out, checkText(report, seconds));
  else for (const text of checkJson(report, seconds)) await print(out, text);
  return report.undecided === 0 ? 0 : 1;
}

/** Everything that is found in one snapshot. */
async function check(
  { env, terminal }: CommandContext,
  url: string,
  mapping: Mapping,
): Promise<CheckReport> {
  return readSnapshot(url, async (client) => {
    const at = await snapshotTime(client);
    const { settings, from: ledger } = await settingsToImportBy(env['EVENT_STORE'], at);
    const tables = await findTables(client, mapping);
    const total = await countRows(client, tables);
    const reader = await AccountReader.open(client, tables);
    const progress = new Progress(terminal, 'rows', () => reader.counts.rows);
    progress.setTotal(total);
    try {
      const found = await readAll(reader, termsOf(mapping, settings, at));
      return {
        from: withoutPassword(url),
        at,
        ledger,
        settings: settings.version,
        mapping,
        mapDigest: mapDigest(mapping),
        ...reader.counts,
        ...found,
      };
    } finally {
      progress.end();
    }
  });
}

async function readAll(
  reader: AccountReader,
  terms: TakeOverTerms,
): Promise<Pick<CheckReport, 'accounts' | 'undecided' | 'points' | 'tally'>> {
  const tally = new FaultTally();
  let [accounts, undecided, points] = [0, 0, 0];
  for await (const found of reader.accounts()) {
    if (found.kind === 'no user') {
      tally.addUnknownUser(found.user);
      undecided += 1;
      continue;
    }
    const { userId } = found.account;
    const { faults, opening } = analyseAccount(found.account, terms);
    for (const fault of faults) tally.add(userId, fault);
    accounts += 1;
    points += opening?.balance ?? 0;
    if (opening === null) undecided += 1;
  }
  return { accounts, undecided, points, tally };
}
