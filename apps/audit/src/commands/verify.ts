import type { Command } from 'commander';
import { compareAnchors } from '../evidence/compare-anchors.js';
import { readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { SignedAnchor } from '../evidence/anchor-file.js';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { print } from '#terminal';
import { labelsIn } from '../terminal/labels.js';
import { verificationJson, verificationText } from '../verify/verification-report.js';
import { verifyStore } from '../verify/verify-store.js';
import { withWorkerPool } from './with-worker-pool.js';
import type { CommandActions } from './command-actions.js';

interface Options extends OutputOptions {
  readonly anchor: readonly string[];
  readonly key?: string;
  readonly policy: readonly string[];
}

export const collectOption = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  value,
];

export function addVerifyCommand(program: Command, actions: CommandActions): void {
  program
    .command('verify')
    .summary('check every event: positions, hash chains, ids, shapes, rules and anchors')
    .description(
      'Checks the whole store by position and account by account, on all cores, and reports the first\n' +
        'bad position and every kind of damage. Damage that leaves complete chains (a tail cut off with\n' +
        'the head rewound, everything rewritten with new hashes) is found only with an anchor. No hash\n' +
        "covers the column recorded_at, so it is not checked. The time that counts is an event's at.",
    )
    .option(
      '--anchor <file>',
      'compare the store with an anchor (may be repeated)',
      collectOption,
      [],
    )
    .option('--key <file>', 'the public key that the anchors must be signed with')
    .option(
      '--policy <json>',
      'a policy that was in force, as in LEDGER_POLICY (may be repeated)',
      collectOption,
      [],
    )
    .action(actions.action(runVerify));
}

async function runVerify(context: CommandContext, options: Options): Promise<ExitStatus> {
  const key = options.key === undefined ? null : readPublicKey(options.key);
  const anchors = options.anchor.map((file) => readAnchor(file, key));
  const inconsistent = findInconsistency(anchors);
  if (inconsistent !== null) {
    await print(context.terminal.out, `${inconsistent}\n`);
    return 1;
  }
  return withWorkerPool(
    context,
    options.policy,
    async (session) => {
      const { source, snapshots, pool, progress, seconds } = session;
      const begin = (all: number | null): void => progress.setTotal(all);
      const verified = await verifyStore(source, pool, {
        anchors,
        onStart: begin,
        ...(snapshots && { streamsWithSnapshots: snapshots.snapshots.streams() }),
      });
      const took = seconds();
      const found = { ...verificationJson(verified), seconds: took, rss_mb: peakRssMb() };
      progress.end();
      await print(
        context.terminal.out,
        options.json === true
          ? `${JSON.stringify(found)}\n`
          : verificationText(verified, took, labelsIn(options.lang)) + anchorsText(anchors),
      );
      return verified.findings.isClean ? 0 : 1;
    },
    { withSnapshots: true },
  );
}

/** Anchors that contradict each other can't fit any store, so the store need not be read. */
function findInconsistency(anchors: readonly SignedAnchor[]): string | null {
  const bySize = [...anchors].sort((a, b) => a.size - b.size);
  for (const [at, later] of bySize.entries()) {
    const earlier = bySize[at - 1];
    if (earlier === undefined || compareAnchors(earlier, later) !== 'inconsistent') continue;
    return `The anchor of ${later.time} does not cover the events of the anchor of ${earlier.time}.`;
  }
  return null;
}

const anchorsText = (anchors: readonly SignedAnchor[]): string =>
  anchors.map(({ time, size, key }) => `anchor of ${time}: ${size} events, key ${key}\n`).join('');

/** The highest memory use of the process so far, with all threads. */
const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
