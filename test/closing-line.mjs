import { tellCounts } from './counts.mjs';

/** Reports the counts of a Jest run. A skipped test makes the run fail. */
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
    if (this.#skipped > 0)
      return new Error(`${this.#skipped} tests were skipped, which is not allowed.`);
  }
}
