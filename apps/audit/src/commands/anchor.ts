import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { makeAnchor, type Anchored } from '../verify/sign-store.js';
import { makeKey, readPrivateKey, readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { Cli, Manner, Status } from './command-context.js';
import { CannotCheck, orCannot } from '../store/errors.js';
import { print } from '../terminal/terminal.js';
import { wordsIn } from '../terminal/words.js';
import { verifiedJson, verifiedText } from '../verify/verification-report.js';
import { withCrew } from './with-worker-pool.js';
import type { Registry } from './command-actions.js';
import { gather } from './verify.js';

interface Options extends Manner {
  readonly newKey?: string;
  readonly key?: string;
  readonly out?: string;
  readonly after?: string;
  readonly policy: readonly string[];
}

export function addAnchor(program: Command, registry: Registry): void {
  program
    .command('anchor')
    .summary('a signed statement of all that the store holds')
    .description(
      'Verifies the store and signs what it holds (Ed25519): a small text file, to be kept where the\n' +
        "database's owner can't reach it. A damaged store is not signed.",
    )
    .option(
      '--new-key <file>',
      'only make a key: the private half here, the public half in FILE.pub',
    )
    .option('--key <file>', 'the private key to sign with')
    .option('--out <file>', 'where the anchor goes; a file that is there is not overwritten')
    .option('--after <file>', 'the anchor before: the new one proves that it holds all of it')
    .option('--policy <json>', 'a policy that was in force (again for more)', gather, [])
    .action(registry.running(anchor));
}

async function anchor(cli: Cli, options: Options): Promise<Status> {
  if (options.newKey !== undefined) return newKey(cli, options.newKey);
  const { key: keyFile, out, after } = options;
  if (keyFile === undefined || out === undefined) {
    throw new CannotCheck('an anchor takes --key and --out (or --new-key alone)');
  }
  const key = readPrivateKey(keyFile);
  const before = after === undefined ? null : readAnchor(after, readPublicKey(keyFile));
  return withCrew(cli, options.policy, async ({ source, crew, progress, seconds }) => {
    const begin = (all: number | null): void => progress.of(all);
    const made = await makeAnchor(source, crew, { key, time: cli.now(), after: before, begin });
    progress.end();
    if (made.anchor !== null) write(out, made.anchor.text);
    await tell(cli, options, made, seconds());
    return made.anchor === null ? 1 : 0;
  });
}

async function newKey(cli: Cli, file: string): Promise<Status> {
  const { publicFile, name } = makeKey(file);
  await print(
    cli.terminal.out,
    `private key: ${file} (keep it)\npublic key:  ${publicFile} (give it away)\nits name:    ${name}\n`,
  );
  return 0;
}

const write = (file: string, text: string): void =>
  orCannot("the anchor can't be written", () => writeFileSync(file, text, { flag: 'wx' }));

async function tell(cli: Cli, options: Options, made: Anchored, seconds: number): Promise<void> {
  const { verified, anchor } = made;
  const text =
    options.json === true
      ? `${JSON.stringify({ ...verifiedJson(verified), anchor: anchor?.text ?? null })}\n`
      : verifiedText(verified, seconds, wordsIn(options.lang), 'events') +
        (anchor === null ? 'Not signed.\n' : `\n${anchor.text}`);
  await print(cli.terminal.out, text);
}
