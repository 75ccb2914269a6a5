import type { KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { SignedAnchor } from '../evidence/anchor-file.js';
import { readPublicKey } from '../evidence/keys.js';
import { UntrustedAnchorError, parseTrustedAnchor } from '../evidence/read-anchor.js';
import { provesPreviousAnchor, compareAnchors } from '../evidence/compare-anchors.js';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { checkProof } from '../evidence/check-proof.js';
import {
  InvalidComparisonError,
  isComparison,
  readComparison,
} from '../evidence/comparison-file.js';
import { InvalidProofError, isProof, parseProof } from '../evidence/proof-file.js';
import type { Policy } from '#ledger';
import { parsePolicy } from '../checks/parse-policy.js';
import { formatNumber, formatVersions, stripControls, print } from '#terminal';
import { readChunks } from './files.js';
import type { CommandActions } from './command-actions.js';
import { collectOption } from './verify.js';

interface Options extends OutputOptions {
  readonly key: string;
  readonly policy: readonly string[];
}

export function addCheckCommand(program: Command, actions: CommandActions): void {
  program
    .command('check')
    .summary('check proofs and anchors without database or network')
    .description(
      'Checks proofs of statements and anchors, each by itself and several anchors against each other,\n' +
        'and comparisons that `import compare --report` signed. It needs only the files and the public key.',
    )
    .argument('<file...>', 'proofs, anchors and comparisons')
    .requiredOption('--key <file>', 'the public key that they must be signed with')
    .option('--policy <json>', 'a policy that was in force (may be repeated)', collectOption, [])
    .action(actions.actionOnFiles(runCheck));
}

interface CheckResult {
  readonly file: string;
  readonly ok: boolean;
  readonly says: readonly string[];
  readonly faults: readonly string[];
}

async function runCheck(
  context: CommandContext,
  files: readonly string[],
  options: Options,
): Promise<ExitStatus> {
  const key = readPublicKey(options.key);
  const policies = [...context.settings.policies, ...options.policy.map(parsePolicy)];
  const anchors: SignedAnchor[] = [];
  const results = files.map((file) => {
    const chunks = readChunks(file);
    try {
      const beginning = chunks.next().value ?? '';
      const whole = prepend(beginning, chunks);
      if (isProof(beginning)) return checkProofFile(file, whole, key, policies);
      if (isComparison(beginning)) return checkComparisonFile(file, whole, key);
      return checkAnchorFile(file, beginning, key, anchors);
    } catch (error) {
      if (!isFaultOfFile(error)) throw error;
      return { file, ok: false, says: [], faults: [error.message] };
    } finally {
      chunks.return(undefined);
    }
  });
  results.push(...compareNeighbouringAnchors(anchors));
  const isOk = results.every(({ ok }) => ok);
  await print(
    context.terminal.out,
    options.json === true
      ? `${JSON.stringify({ ok: isOk, files: results })}\n`
      : results.map(resultText).join(''),
  );
  return isOk ? 0 : 1;
}

const isFaultOfFile = (error: unknown): error is Error =>
  error instanceof UntrustedAnchorError ||
  error instanceof InvalidProofError ||
  error instanceof InvalidComparisonError;

function* prepend(beginning: string, chunks: Iterable<string>): Iterable<string> {
  yield beginning;
  yield* chunks;
}

function checkProofFile(
  file: string,
  chunks: Iterable<string>,
  key: KeyObject,
  policies: readonly Policy[],
): CheckResult {
  const proof = parseProof(chunks);
  const { anchor, account, events, versions, faults } = checkProof(file, proof, key, policies);
  const { balance, held, owed, revision } = account;
  const owing = owed > 0 ? `, owed ${formatNumber(owed)}` : '';
  const says = [
    `user ${proof.header.user}: all ${formatNumber(events)} events up to ${anchor.position}`,
    `signed at ${anchor.time} with ${anchor.key}`,
    `balance ${formatNumber(balance)}, held ${formatNumber(held)}${owing} at revision ${revision}`,
  ];
  if (versions > 0) says.push(`decided by ${formatVersions(versions)}, which it holds`);
  return { file, ok: faults.length === 0, says: faults.length === 0 ? says : [], faults };
}

/** A comparison that tells differences is as good as one that tells none: it is what was signed. */
function checkComparisonFile(file: string, chunks: Iterable<string>, key: KeyObject): CheckResult {
  const { report, key: name } = readComparison(chunks, key);
  const { importId, at, from, by, accounts, opened, balance, count, accountsDigest } = report;
  const says = [
    `comparison of ${at} by ${by}: take-over ${importId} from ${from}`,
    `${formatNumber(opened)} of ${formatNumber(accounts)} accounts are opened, with ${formatNumber(balance.there)} points there and ${formatNumber(balance.here)} here`,
    count === 0 ? 'no differences' : `${formatNumber(count)} DIFFERENCES`,
    `signed with ${name}`,
  ];
  if (accountsDigest !== null) says.push(`the SHA-256 of its accounts is ${accountsDigest}`);
  return { file, ok: true, says, faults: [] };
}

function checkAnchorFile(
  file: string,
  text: string,
  key: KeyObject,
  anchors: SignedAnchor[],
): CheckResult {
  const anchor = parseTrustedAnchor(file, text, key);
  anchors.push(anchor);
  const { time, size, accounts, position } = anchor;
  const says = [
    `anchor of ${time}: ${formatNumber(size)} events of ${formatNumber(accounts)} accounts, up to ${position}`,
    `signed with ${anchor.key}`,
  ];
  if (anchor.previous !== null)
    says.push(`follows one of ${formatNumber(anchor.previous.size)} events`);
  const faults = provesPreviousAnchor(anchor)
    ? []
    : ['it does not hold the anchor that it follows'];
  return { file, ok: faults.length === 0, says, faults };
}

/** Compares each anchor with the next larger one. */
function compareNeighbouringAnchors(anchors: readonly SignedAnchor[]): CheckResult[] {
  const bySize = [...anchors].sort((a, b) => a.size - b.size);
  return bySize.slice(1).map((later, at) => {
    const earlier = bySize[at] ?? later;
    const file = `${earlier.time} → ${later.time}`;
    const relation = compareAnchors(earlier, later);
    const says = {
      consistent: 'the later anchor holds all that the earlier one does',
      unproven: 'the later one was not made --after the earlier: only the store can tell',
      inconsistent: '',
    }[relation];
    const ok = relation === 'consistent';
    return {
      file,
      ok,
      says: ok ? [says] : [],
      faults: ok ? [] : [says === '' ? 'the later anchor does not hold the earlier one' : says],
    };
  });
}

const resultText = ({ file, ok, says, faults }: CheckResult): string =>
  [
    `${ok ? 'good' : 'BAD '}  ${file}`,
    ...[...says, ...faults].map((line) => `      ${stripControls(line)}`),
    '',
  ].join('\n');
