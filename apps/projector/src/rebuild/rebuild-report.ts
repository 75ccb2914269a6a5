import type { RebuildOutcome, RebuildObserver, RebuildStep } from '#projection';

interface Out {
  write(text: string): unknown;
}

const STEP_MESSAGES: Record<RebuildStep, string> = {
  created: 'tables created',
  filled: 'caught up with the live version',
  indexed: 'indexes created',
  compared: 'compared with the live version',
  renumbered: 'rows renumbered, because their ids belonged to other rows before',
  switched: 'live',
};

/** Often enough to see progress. */
const PROGRESS_INTERVAL_MS = 1_000;

export function rebuildReporter(out: Out): RebuildObserver {
  let reportedAt = -Infinity;
  let hasReportedCompletion = false;
  return {
    stepCompleted: (step, version) =>
      void out.write(`version ${version}: ${STEP_MESSAGES[step]}\n`),
    progressed: ({ events, total, eventsPerSecond }) => {
      const isComplete = events >= total && !hasReportedCompletion;
      if (!isComplete && performance.now() - reportedAt < PROGRESS_INTERVAL_MS) return;
      reportedAt = performance.now();
      hasReportedCompletion ||= isComplete;
      const left = Math.ceil(Math.max(0, total - events) / Math.max(1, eventsPerSecond));
      const rate = Math.round(eventsPerSecond).toLocaleString('en-US');
      out.write(`  ${events} of about ${total} events, ${rate}/s, ${left} s left\n`);
    },
    parked: (version, { userId, revision, code, detail }) =>
      void out.write(
        `version ${version}: account ${userId} is parked at revision ${revision}: ${code}, ${detail}\n`,
      ),
    accountsSkipped: (accounts) =>
      void out.write(
        `  ${accounts} parked ${accounts === 1 ? 'account was' : 'accounts were'} not compared\n`,
      ),
    switchBlocked: (tries) =>
      void out.write(`  a reader holds the tables: retrying the switch after attempt ${tries}\n`),
  };
}

/** Returns the exit status: 0 done, 1 an operator has to decide, 2 not possible now. */
export function reportOutcome(out: Out, outcome: RebuildOutcome): number {
  switch (outcome.kind) {
    case 'switched':
      out.write(
        `Version ${outcome.to} is live. Version ${outcome.from} is kept up to date: ` +
          `"rebuild --back" rolls back to it, "rebuild --drop-old" drops it.\n`,
      );
      return 0;
    case 'dropped':
      out.write(`Version ${outcome.version} is dropped.\n`);
      return 0;
    case 'nothing':
      out.write('There is no such version.\n');
      return 0;
    case 'kept':
      out.write(
        `Version ${outcome.live} is live and version ${outcome.kept} is kept: this rebuild is complete. ` +
          `Run "rebuild --drop-old" or "rebuild --back" before another one.\n`,
      );
      return 0;
    case 'busy':
      out.write('Another rebuild is running.\n');
      return 2;
    case 'differs':
      out.write(`Version ${outcome.version} differs, and was not switched to:\n`);
      for (const { table, rows, sums, accounts, examples } of outcome.differences) {
        out.write(
          `  ${table}: ${accounts} accounts differ (${examples.join(', ')}); ` +
            `rows ${rows.join(' and ')}, points ${sums.join(' and ')}\n`,
        );
      }
      out.write('"rebuild --accept-differences" switches, "rebuild --discard" drops it.\n');
      return 1;
  }
}
