/*
 * Runs one of tfjs-core's own test files, which its package carries, on the recorder with values. Bundled with it
 * by tfjs.ts; prints what came of each test as JSON on the last line.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { register } from '../../../lib/compute/trace/register.ts';
import { ComputingBackend } from './computing-backend.ts';
import type { SpecResult } from './tfjs.ts';

interface Spec {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

tf.enableProdMode();
await tf.setBackend('cpu');
await tf.ready();
const backend = new ComputingBackend();
const backendName = register(backend);
const jasmine = jasmineRequire.core(jasmineRequire);
const environment = jasmine.getEnv();
Object.assign(globalThis, jasmineRequire.interface(jasmine, environment), { jasmine });
environment.configure({ random: false });
const results: SpecResult[] = [];
environment.addReporter({
  specDone({ fullName, status, failedExpectations }: Spec) {
    const errors = failedExpectations.map(({ message }) => message.slice(0, 700));
    results.push({ name: fullName, status, errors, computed: backend.runs > 0 });
    backend.runs = 0;
  },
});
setTestEnvs([{ name: 'compiled', backendName, isDataSync: true }]);
await tf.setBackend(backendName);
// The test file, put here by the bundler.
await import('tested');
await new Promise<void>((resolve) => {
  environment.addReporter({
    jasmineDone: () => {
      resolve();
    },
  });
  environment.execute();
});
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit(0));
