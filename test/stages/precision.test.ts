import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadPipeline } from '../../lib/pipe/graph/load.ts';
import type { Json } from '../../lib/pipe/json.ts';
import doctor from '../../stages/doctor.ts';
import train from '../../stages/train.ts';

/** Stage and parameters of each task of this repository's pipeline. */
function tasks(...sets: string[]): [string, Json][] {
  const text = readFileSync('pipeline.yaml', 'utf8');
  const pipeline = loadPipeline(text, { file: 'pipeline.yaml', sets });
  if (!pipeline.ok) throw new Error(pipeline.diagnostics.map(({ message }) => message).join());
  return pipeline.graph.tasks.map(({ stage, params }) => [stage.name, params.values]);
}

it('precision is a parameter of training alone: no other task depends on it', () => {
  const before = tasks();
  const changed = tasks('params.train.precision=mixed').filter(
    ([, params], i) => JSON.stringify(params) !== JSON.stringify(before[i]![1]),
  );
  expect(new Set(changed.map(([stage]) => stage))).toEqual(new Set(['train']));
});

const model = { family: 'vgg', depth: 4, width: 4 };
const common = { batchSize: 16, momentum: 0.9 };
const recipe = { learningRate: 0.05 };

it.each(['js', 'tensorflow'] as const)('the %s engine is refused where precision is asked for', (backend) => {
  for (const name of ['precision', 'evaluationPrecision']) {
    const params = { engine: { backend }, model, train: { ...common, [name]: 'mixed' }, recipe };
    const { error } = train.params.safeParse(params);
    expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [
        ['train', name],
        `the ${backend} engine has no mixed precision; take engine.backend: onnxruntime, or float32 here`,
      ],
    ]);
  }
  expect(train.params.safeParse({ engine: { backend }, model, train: common, recipe }).success).toBe(true);
});

it('the doctor says what mixed precision is on each engine, where training asks for it', async () => {
  const params = { engine: {}, train: { ...common, precision: 'mixed' } };
  const findings = await doctor.examine(doctor.params.parse(params));
  const texts = new Map(findings.map(({ name, text }) => [name, text]));
  expect(findings.find(({ state }) => state === 'taken')!.name).toBe('onnxruntime cpu');
  expect(texts.get('onnxruntime cpu')).toMatch(/, precision mixed;.* mixed precision gains nothing on cpu$/);
  expect(texts.get('js cpu')).toBe(
    'the js engine has no mixed precision; take backend: onnxruntime, or precision: float32',
  );
});
