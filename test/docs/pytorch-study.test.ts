import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { blocksOf } from '../../scripts/docs/blocks.ts';
import { newProject } from '../e2e/project.ts';

const repository = resolve(import.meta.dirname, '../..');
const example = join(import.meta.dirname, 'fixtures/pytorch-study');
const exporting = join(repository, 'test/study/imported/fixtures/export_checkpoints.py');
const page = readFileSync(join(repository, 'docs/pytorch-study.md'), 'utf8');
const python = spawnSync('python3', ['--version']).status === 0;

test('the page has the modules of the example, and no other Python', () => {
  const modules = ['net.py', 'train_torch.py'].map((name) => readFileSync(join(example, name), 'utf8'));
  expect(blocksOf(page, 'python').map(({ text }) => text)).toEqual(modules);
});

/**
 * Loads the training stage with everything but pipewright's own package played by names that take anything; prints what
 * it declares, and what of a task, an input file and its tables it uses that they do not have.
 */
const load = `
import ast, importlib.util, json, sys
from unittest.mock import MagicMock
for name in ("torch", "torch.nn", "torch.nn.functional", "safetensors", "safetensors.torch"):
    sys.modules[name] = MagicMock()
folder, exporting, package = sys.argv[1:]
sys.dont_write_bytecode = True
sys.path[:0] = [folder, package]
def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
sys.modules["torch"].nn.Module = object
exported = module("export_checkpoints", exporting)
stage = module("train_torch", folder + "/train_torch.py").train
from pipewright._task import InputFile, Task
def attributes(tree, name):
    of = (n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name))
    return {n.attr for n in of if n.value.id == name}
tree = ast.parse(open(folder + "/train_torch.py").read())
task = Task.__new__(Task)
has = set(dir(Task)) | set(Task.__init__.__code__.co_names)
print(json.dumps({
    "inputs": stage.inputs, "outputs": list(stage.outputs),
    "unknown": sorted(attributes(tree, "task") - has) + sorted(attributes(tree, "file") - set(dir(InputFile))),
    "exports": [name for name in ("export_graph", "save_epoch") if callable(getattr(exported, name))],
}))
`;

interface Said {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  readonly unknown: readonly string[];
  readonly exports: readonly string[];
}

interface Stages {
  readonly train: {
    readonly inputs: Readonly<Record<string, string>>;
    readonly outputs: Readonly<Record<string, string>>;
    readonly scan: { readonly carry: Readonly<Record<string, string>> };
  };
}

const [params, stages] = blocksOf(page, 'yaml').map(({ text }) => parse(text) as Record<string, object>);

describe.skipIf(!python)('the Python of the page', () => {
  it.each(['net.py', 'train_torch.py'])('%s is Python', (name) => {
    const compiled = spawnSync('python3', [
      '-c',
      'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec", dont_inherit=True)',
      join(example, name),
    ]);
    expect(compiled.stderr.toString()).toBe('');
    expect(compiled.status).toBe(0);
  });

  it('declares the stage that the page’s pipeline has, and asks of its task what tasks have', () => {
    const packages = join(repository, 'lib/pipe/python');
    const loaded = spawnSync('python3', ['-c', load, example, exporting, packages]);
    expect(loaded.stderr.toString()).toBe('');
    const said = JSON.parse(loaded.stdout.toString()) as Said;
    const { train } = stages!.stages as unknown as Stages;
    expect(Object.keys(said.inputs).sort()).toEqual(
      [...Object.keys(train.inputs), ...Object.keys(train.scan.carry)].sort(),
    );
    // The first segment of a scan has nothing to carry on from.
    for (const name of Object.keys(train.scan.carry)) expect(said.inputs[name], name).toBe('optional');
    expect([...said.outputs].sort()).toEqual(Object.keys(train.outputs).sort());
    expect(said.unknown).toEqual([]);
    expect(said.exports).toEqual(['export_graph', 'save_epoch']);
  });
});

test('the page’s pipeline, put into the study, trains for each seed and augmentation, segment by segment', async () => {
  const own = newProject({});
  const text = readFileSync(join(repository, 'pipeline.yaml'), 'utf8');
  const gathered = text.replaceAll(/\btrain\.(kept|log|predictions)\b/g, 'snapshot.$1');
  const study = parse(gathered, { merge: true }) as Record<'params' | 'stages', object>;
  const changed = {
    params: { ...study.params, ...params!.params! },
    stages: { ...study.stages, ...stages!.stages! },
  };
  own.write('pipeline.yaml', stringify({ version: 1, ...changed }));
  const { status, out, err } = await own.pipe('dag', '--format', 'json');
  expect(err).toBe('');
  expect(status).toBe(0);
  const graph = JSON.parse(out) as {
    readonly stages: readonly { readonly name: string; readonly tasks: number }[];
  };
  const tasks = Object.fromEntries(graph.stages.map(({ name, tasks }) => [name, tasks]));
  expect(tasks).toMatchObject({ train: 20, snapshot: 20, attribute: 20, select: 4, claims: 1 });
});
