import type { Command } from 'commander';
import { compareAnchors } from '../evidence/compare-anchors.js';
import { readPublicKey } from '../evidence/keys.js';
import { readAnchor } from '../evidence/read-anchor.js';
import type { SignedAnchor } from '../evidence/anchor-file.js';
import type { CommandContext, OutputOptions, ExitStatus } from './command-context.js';
import { print } from '../terminal/terminal.js';
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
    .summary('every event: positions, chains, ids, shapes and rules; anchors')
    .description(
      'Goes through the whole store, by position and account by account, on all cores, and names the\n' +
        'first bad position and every kind of damage. What leaves whole chains behind (a tail cut and\n' +
        'the head rewound, everything rewritten with fresh hashes) is seen only by an anchor. The column\n' +
        "recorded_at is in no hash: nothing here vouches for it. The moment that counts is an event's at.",
    )
    .option(
      '--anchor <file>',
      'hold the store against an anchor (again for more)',
      collectOption,
      [],
    )
    .option('--key <file>', 'the public key that the anchors must be signed with')
    .option(
      '--policy <json>',
      'a policy that was in force, as LEDGER_POLICY has it (again for more)',
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

/** What no store could hold need not be looked for. */
function findInconsistency(anchors: readonly SignedAnchor[]): string | null {
  const bySize = [...anchors].sort((a, b) => a.size - b.size);
  for (const [at, later] of bySize.entries()) {
    const earlier = bySize[at - 1];
    if (earlier === undefined || compareAnchors(earlier, later) !== 'inconsistent') continue;
    return `The anchor of ${later.time} does not hold what the one of ${earlier.time} does.`;
  }
  return null;
}

const anchorsText = (anchors: readonly SignedAnchor[]): string =>
  anchors.map(({ time, size, key }) => `anchor of ${time}: ${size} events, key ${key}\n`).join('');

/** The most memory that the process ever had, all threads together. */
const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
