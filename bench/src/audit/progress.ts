import type { OnProgress } from './load-ledger.js';

const REPORT_INTERVAL_MS = 5_000;

/** Reports progress on stderr every few seconds, because stdout is for the results only. */
export function progressReporter(what: string): OnProgress {
  let reportedMs = performance.now();
  return (done, of) => {
    if (performance.now() - reportedMs < REPORT_INTERVAL_MS) return;
    reportedMs = performance.now();
    const [a, b] = [done, of].map((count) => count.toLocaleString('en-US'));
    process.stderr.write(`audit: ${what}: ${a} of ${b} events\n`);
  };
}
