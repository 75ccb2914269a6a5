import { tellCounts } from './counts.mjs';

/** Tells how a Jest run went; and a skipped test is a failed run. */
export default class ClosingLine {
  #skipped = 0;

  onRunComplete(_contexts, results) {
    this.#skipped = results.numPendingTests + results.numTodoTests;
    tellCounts({
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    });
  }

  getLastError() {
    if (this.#skipped > 0) return new Error(`${this.#skipped} tests were skipped: none may be.`);
  }
}
