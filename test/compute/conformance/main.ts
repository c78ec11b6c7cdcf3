/*
 * How much of other projects' own tests passes here:
 *
 *   npm run conformance              ONNX's tests of a backend, tfjs-core's tests of its operations
 *   npm run conformance -- --write   and the list of passes that CI holds on to
 */
import { writeFileSync } from 'node:fs';
import { createEngine } from '../../../lib/compute/engine.ts';
import { nodeCases, runCase } from './onnx.ts';
import { differing, isRefused, missingKernels, runTfjsTests, tfjsTests } from './tfjs.ts';

const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
const passed: string[] = [];
const refused: string[] = [];
const wrong: string[] = [];
for (const node of nodeCases()) {
  const outcome = await runCase(engine, node);
  if (outcome === 'passed') passed.push(node.name);
  else if ('refused' in outcome) refused.push(`${node.name}: ${outcome.refused}`);
  else wrong.push(`${node.name}: ${outcome.wrong}`);
}
await engine.dispose();
for (const line of refused) console.log(`refused  ${line}`);
for (const line of wrong) console.log(`wrong    ${line}`);
console.log(
  `ONNX's tests of a backend: ${passed.length} passed, ${refused.length} refused, ${wrong.length} wrong`,
);
if (process.argv.includes('--write'))
  writeFileSync('test/compute/conformance/fixtures/onnx-passes.txt', `${passed.join('\n')}\n`);

const results = await runTfjsTests(await tfjsTests());
const differ = differing(results);
const passes = results.filter(({ status }) => status === 'passed');
const computed = passes.filter((result) => result.computed).length;
for (const [kernel, count] of missingKernels(results))
  console.log(`missing  ${kernel}, which ${count} tests use`);
for (const { name, errors } of differ) console.log(`differs  ${name}: ${errors.join(' | ')}`);
console.log(
  `tfjs-core's tests of its operations: ${passes.length} passed (${computed} computed by ONNX Runtime), ` +
    `${results.filter((result) => result.status === 'failed' && isRefused(result)).length} refused, ${differ.length} differ`,
);
if (wrong.length + differ.length > 0) process.exitCode = 1;
