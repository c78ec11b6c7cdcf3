import { relative } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';

/** Lists, when all is over, the tests that passed only at a second try, with what went wrong at the first. */
export class SecondTries implements Reporter {
  readonly #tests: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#tests.push(test);
  }

  onTestRunEnd(): void {
    if (this.#tests.length === 0) return;
    const count = this.#tests.length;
    console.log(`\n${count} ${count === 1 ? 'test' : 'tests'} passed only at a second try:`);
    for (const test of this.#tests) {
      console.log(`  ${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`);
      for (const { message } of test.result().errors ?? []) console.log(message.replaceAll(/^/gm, '      '));
    }
  }
}
