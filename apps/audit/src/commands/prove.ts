import type { Command } from 'commander';
import { readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { Cli, Manner, Status } from './command-context.js';
import { proofText } from '../evidence/proof-file.js';
import { proveAccount, type Proved } from '../evidence/prove-account.js';
import { CannotCheck } from '../store/errors.js';
import { openSource } from '../store/open-event-source.js';
import { Progress } from '../terminal/progress.js';
import { grouped } from '../terminal/table.js';
import { print } from '../terminal/terminal.js';
import { user } from './option-parsers.js';
import { writeWhole } from './files.js';
import type { Registry } from './command-actions.js';

interface Options extends Manner {
  readonly user: string;
  readonly anchor: string;
  readonly key?: string;
  readonly out: string;
}

export function addProve(program: Command, registry: Registry): void {
  program
    .command('prove')
    .summary("one user's whole statement, provable to anybody")
    .description(
      'Writes all events of one account up to an anchor, and the way from them to what was signed:\n' +
        '`check` needs nothing but that file and the public key.',
    )
    .requiredOption('--user <uuid>', 'whose account', user)
    .requiredOption('--anchor <file>', 'the anchor to prove it by')
    .requiredOption('--out <file>', 'where the proof goes')
    .option('--key <file>', 'the public key that the anchor must be signed with')
    .action(registry.running(prove));
}

async function prove(cli: Cli, options: Options): Promise<Status> {
  const key = options.key === undefined ? null : readPublicKey(options.key);
  const anchor = readAnchor(options.anchor, key);
  const source = await openSource(cli.settings.eventStore());
  let accounts = 0;
  const progress = new Progress(cli.terminal, 'accounts', () => accounts);
  progress.of(anchor.accounts);
  try {
    if (anchor.store !== source.kind) {
      throw new CannotCheck(`the anchor is of a store of kind ${anchor.store}, this is another`);
    }
    const proved = await proveAccount(source, options.user, anchor, (seen) => (accounts = seen));
    progress.end();
    return await tell(cli, options, proved);
  } finally {
    progress.end();
    await source.close();
  }
}

async function tell(cli: Cli, { user: id, out, json }: Options, proved: Proved): Promise<Status> {
  const say = (text: string, values: object): Promise<void> | undefined =>
    print(cli.terminal.out, json === true ? `${JSON.stringify(values)}\n` : text);
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
      await writeWhole(out, proofText(head, counted()));
      const size = `${grouped(events)} events, a path of ${head.path.length} hashes`;
      await say(`${out}: ${size}\n`, { ok: true, events, path: head.path.length });
      return 0;
    }
    case 'no-account':
      throw new CannotCheck(`user ${id} had no account at that anchor`);
    case 'anchor-differs':
      await say(
        `The store does not hold what the anchor says (accounts-root ${proved.root}): verify it.\n`,
        { ok: false, accounts_root: proved.root },
      );
      return 1;
  }
}
