import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { signStore, type SignStoreResult } from '../verify/sign-store.js';
import { createKeyPair, readPrivateKey, readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { CannotCheckError, orCannotCheck } from '../store/errors.js';
import { print } from '#terminal';
import { labelsIn } from '../terminal/labels.js';
import { verificationJson, verificationText } from '../verify/verification-report.js';
import { withWorkerPool } from './with-worker-pool.js';
import type { CommandActions } from './command-actions.js';
import { collectOption } from './verify.js';

interface Options extends OutputOptions {
  readonly newKey?: string;
  readonly key?: string;
  readonly out?: string;
  readonly after?: string;
  readonly policy: readonly string[];
}

export function addAnchorCommand(program: Command, actions: CommandActions): void {
  program
    .command('anchor')
    .summary('sign a statement of everything the store holds')
    .description(
      'Verifies the store and signs a statement of what it holds (Ed25519): a small text file, to be\n' +
        "kept where the database's owner can't change it. A damaged store is not signed.",
    )
    .option(
      '--new-key <file>',
      'only create a key pair: the private key here, the public key in FILE.pub',
    )
    .option('--key <file>', 'the private key to sign with')
    .option('--out <file>', 'the file of the anchor; an existing file is not overwritten')
    .option('--after <file>', 'the previous anchor: the new one proves that it covers it')
    .option('--policy <json>', 'a policy that was in force (may be repeated)', collectOption, [])
    .action(actions.action(runAnchor));
}

async function runAnchor(context: CommandContext, options: Options): Promise<ExitStatus> {
  if (options.newKey !== undefined) return createKey(context, options.newKey);
  const { key: keyFile, out, after } = options;
  if (keyFile === undefined || out === undefined) {
    throw new CannotCheckError('an anchor needs --key and --out (or --new-key alone)');
  }
  const key = readPrivateKey(keyFile);
  const before = after === undefined ? null : readAnchor(after, readPublicKey(keyFile));
  return withWorkerPool(context, options.policy, async ({ source, pool, progress, seconds }) => {
    const begin = (all: number | null): void => progress.setTotal(all);
    const signed = await signStore(source, pool, {
      key,
      time: context.now(),
      after: before,
      begin,
    });
    progress.end();
    if (signed.anchor !== null) writeAnchor(out, signed.anchor.text);
    await printResult(context, options, signed, seconds());
    return signed.anchor === null ? 1 : 0;
  });
}

async function createKey(context: CommandContext, file: string): Promise<ExitStatus> {
  const { publicFile, name } = createKeyPair(file);
  await print(
    context.terminal.out,
    `private key: ${file} (keep it secret)\npublic key:  ${publicFile} (for whoever checks anchors)\nkey id:      ${name}\n`,
  );
  return 0;
}

const writeAnchor = (file: string, text: string): void =>
  orCannotCheck("the anchor can't be written", () => writeFileSync(file, text, { flag: 'wx' }));

async function printResult(
  context: CommandContext,
  options: Options,
  signed: SignStoreResult,
  seconds: number,
): Promise<void> {
  const { verified, anchor } = signed;
  const text =
    options.json === true
      ? `${JSON.stringify({ ...verificationJson(verified), anchor: anchor?.text ?? null })}\n`
      : verificationText(verified, seconds, labelsIn(options.lang), 'events') +
        (anchor === null ? 'Not signed.\n' : `\n${anchor.text}`);
  await print(context.terminal.out, text);
}
