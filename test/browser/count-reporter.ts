import type { FullResult, Reporter, Suite } from '@playwright/test/reporter';
import { tellCounts } from '../counts.mjs';

type Tests = readonly Pick<ReturnType<Suite['allTests']>[number], 'outcome'>[];

/** Reports the counts of a Playwright run. A test that was not run counts as failed. */
export class CountReporter {
  #tests: Tests = [];
  #errors = 0;

  onBegin(_: unknown, suite: { allTests(): Tests }): void {
    this.#tests = suite.allTests();
  }

  /** An error outside of any test, such as a stack that did not start or a file that does not load. */
  onError(): void {
    this.#errors += 1;
  }

  async onEnd(): Promise<{ status?: FullResult['status'] }> {
    const passed = this.#tests.filter((test) => test.outcome() === 'expected').length;
    const failed = this.#tests.length - passed + this.#errors;
    tellCounts({ passed, failed });
    return failed > 0 ? { status: 'failed' } : {};
  }
}

// Playwright accepts only a default export.
export default CountReporter satisfies new () => Reporter;
