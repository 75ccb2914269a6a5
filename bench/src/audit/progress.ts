import type { Loading } from './load-ledger.js';

const TELL_EVERY_MS = 5_000;

/** Says on stderr now and then how far something is: figures go to stdout alone. */
export function telling(what: string): Loading {
  let toldMs = performance.now();
  return (done, of) => {
    if (performance.now() - toldMs < TELL_EVERY_MS) return;
    toldMs = performance.now();
    const [a, b] = [done, of].map((count) => count.toLocaleString('en-US'));
    process.stderr.write(`audit: ${what}: ${a} of ${b} events\n`);
  };
}
