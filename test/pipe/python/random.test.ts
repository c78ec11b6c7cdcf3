import { describe, expect, test } from 'vitest';
import { newProject } from '../../e2e/project.ts';
import { python } from './project.ts';

const train = `import random
from pipewright import load_random_state, save_random_state, seed_all, stage

@stage(inputs={'before': 'optional', 'state': 'optional'}, outputs=['model', 'random'])
def train(task):
    weights, first = [0.0] * 4, 0
    if task.inputs.before is None:
        seed_all('train', 1)
    else:
        weights, first = task.inputs.before.read_json(), task.previous
        load_random_state(task.inputs.state)
    for epoch in range(first, task.axes['epoch']):
        if epoch == 17:
            pause(task)
        order = random.sample(range(4), 4)
        for at in order:
            weights[at] += random.gauss(0, 1) * (at + epoch)
    task.outputs.model.write_text(str(weights))
    save_random_state(task.outputs.random)


def pause(task):
    """While there is a file \`pause\`, which only the test of a kill makes."""
    import os, time
    while os.path.exists('cache/pause'):
        task.progress(17, 40, 'epochs', loss=0.5)
        time.sleep(0.05)
`;

const pipeline = `version: 1
params: { epochs: [1, 2, 5, 10, 20, 30, 40] }
profiles: { whole: { params: { epochs: [40] } } }
stages:
  train:
    use: stages/train.py
    scan: { axis: epoch, values: '\${epochs}', carry: { before: model, state: random } }
    outputs: { model: model.txt, random: random.json }
`;

describe.skipIf(python === undefined)('random state that is carried', () => {
  test('ends a chain of segments, killed in the middle and resumed, with the bytes of one long run', async () => {
    const project = newProject({ 'pipeline.yaml': pipeline, 'stages/train.py': train, 'cache/pause': '' });
    const running = project.start('run', '--json');
    await running.until('"done":17');
    running.child.kill('SIGKILL');
    await running.ended;
    project.remove('cache/pause');
    const resumed = await project.outcomes('run');
    // What ended before the kill is there, in the lock or in the store.
    expect(resumed.filter((line) => line.endsWith(' ran'))).toEqual([
      'train@epoch=20 ran',
      'train@epoch=30 ran',
      'train@epoch=40 ran',
    ]);
    await project.pipe('run', '--profile', 'whole');
    for (const file of ['model.txt', 'random.json']) {
      expect(project.read(`artifacts/train/epoch=40/${file}`)).toBe(
        project.read(`artifacts/whole/train/epoch=40/${file}`),
      );
    }
  });
});
