import { writeSync } from 'node:fs';

/** The last line of a run, for people and machines; and a skipped test is a failed run. */
export default class ClosingLine {
  #skipped = 0;

  onRunComplete(_contexts, results) {
    this.#skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // Jest writes its summary behind all reporters.
    process.once('exit', () => {
      writeSync(process.stderr.fd, `\n${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }

  getLastError() {
    if (this.#skipped > 0) return new Error(`${this.#skipped} tests were skipped: none may be.`);
  }
}
