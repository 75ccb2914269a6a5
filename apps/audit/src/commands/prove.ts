import type { Command } from 'commander';
import { readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { serializeProof } from '../evidence/proof-file.js';
import { proveAccount, type ProofResult } from '../evidence/prove-account.js';
import { CannotCheckError } from '../store/errors.js';
import { openEventSource } from '../store/open-event-source.js';
import { Progress, formatNumber, formatVersions, print } from '#terminal';
import { parseUserId } from './option-parsers.js';
import { writeFileAtomically } from './files.js';
import type { CommandActions } from './command-actions.js';

interface Options extends OutputOptions {
  readonly user: string;
  readonly anchor: string;
  readonly key?: string;
  readonly out: string;
}

export function addProveCommand(program: Command, actions: CommandActions): void {
  program
    .command('prove')
    .summary("prove one user's whole statement")
    .description(
      'Writes all events of one account up to an anchor, and the path from them to the signed root.\n' +
        '`check` needs only this file and the public key.',
    )
    .requiredOption('--user <uuid>', 'the user of the account', parseUserId)
    .requiredOption('--anchor <file>', 'the anchor that signs the statement')
    .requiredOption('--out <file>', 'the file of the proof')
    .option('--key <file>', 'the public key that the anchor must be signed with')
    .action(actions.action(runProve));
}

async function runProve(context: CommandContext, options: Options): Promise<ExitStatus> {
  const key = options.key === undefined ? null : readPublicKey(options.key);
  const anchor = readAnchor(options.anchor, key);
  const source = await openEventSource(context.settings.eventStore());
  let accounts = 0;
  const progress = new Progress(context.terminal, 'accounts', () => accounts);
  progress.setTotal(anchor.accounts);
  try {
    if (anchor.store !== source.kind) {
      throw new CannotCheckError(
        `the anchor is of a store of kind ${anchor.store}, this is another`,
      );
    }
    const proved = await proveAccount(source, options.user, anchor, (seen) => (accounts = seen));
    progress.end();
    return await printResult(context, options, proved);
  } finally {
    progress.end();
    await source.close();
  }
}

async function printResult(
  context: CommandContext,
  { user: id, out, json }: Options,
  proved: ProofResult,
): Promise<ExitStatus> {
  const printEither = (text: string, values: object): Promise<void> | undefined =>
    print(context.terminal.out, json === true ? `${JSON.stringify(values)}\n` : text);
  switch (proved.kind) {
    case 'proved': {
      const { head, pages } = proved;
      let events = 0;
      const counted = async function* () {
        for await (const page of pages) {
          events += page.length;
          yield page;
        }
      };
      await writeFileAtomically(out, serializeProof(head, counted()));
      const versions = head.settings === undefined ? 0 : head.settings.revision + 1;
      const takeOvers = head.takeOvers === undefined ? 0 : head.takeOvers.revision + 1;
      events -= versions + takeOvers;
      const decidedBy = versions === 0 ? '' : `${formatVersions(versions)}, `;
      const path = head.path.length;
      const size = `${formatNumber(events)} events, ${decidedBy}a path of ${path} hashes`;
      const values = { ok: true, events, path, ...(versions > 0 && { settings: versions }) };
      await printEither(`${out}: ${size}\n`, values);
      return 0;
    }
    case 'no-account':
      throw new CannotCheckError(`user ${id} had no account at that anchor`);
    case 'anchor-differs':
      await printEither(
        `The store does not hold what the anchor says (accounts-root ${proved.root}): verify it.\n`,
        { ok: false, accounts_root: proved.root },
      );
      return 1;
  }
}
