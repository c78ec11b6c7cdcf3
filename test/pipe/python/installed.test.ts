import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonDirectory } from '../../../lib/pipe/execute/python.ts';
import { workerEntry } from '../../../lib/pipe/execute/worker-pool.ts';
import { TestProject } from '../run/project.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { python } from './project.ts';

function run(program: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  return spawnSync(program, args, { encoding: 'utf8', env });
}

/** A virtual environment of its own in a directory; null where this Python makes none. */
function environmentIn(directory: string): { python: string; packages: string } | null {
  const place = join(directory, '.venv');
  if (python === undefined || run(python, '-m', 'venv', '--without-pip', place).status !== 0) return null;
  const library = join(place, 'lib');
  const [version] = readdirSync(library);
  return { python: join(place, 'bin/python'), packages: join(library, version!, 'site-packages') };
}

const makesEnvironments = python !== undefined && run(python, '-c', 'import venv').status === 0;
// What installs into another environment, `--python`, came with 22.3.
const hasPip =
  makesEnvironments && run(python!, '-c', 'import pip, sys; sys.exit(pip.__version__ < "22.3")').status === 0;
const shipped = pythonDirectory(workerEntry());

function write(files: Readonly<Record<string, string>>, directory: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

const byHand = `import json, pathlib, sys
from importlib import metadata
from pipewright import Task
from stage import double
told = []
double.run(Task({'by': 2}, {}, {'out': sys.argv[1]}, send=told.append))
import pipewright
print(json.dumps([metadata.version('pipewright') == pipewright.__version__, metadata.requires('pipewright'),
  pathlib.Path(pipewright.__file__).parent.as_posix(), pathlib.Path(sys.argv[1]).read_text(), told]))
`;
const stage = `from pipewright import stage

@stage(outputs=['out'])
def double(task):
    task.progress(1, 1, 'steps', loss=0.5)
    task.outputs.out.write_text(str(21 * task.params['by']))
`;

describe.skipIf(!hasPip)('the package that is installed', () => {
  const installed = (...options: readonly string[]) => {
    const directory = temporaryDirectory();
    const environment = environmentIn(directory)!;
    const pip = ['-m', 'pip', '--python', environment.python, 'install', '--no-index', '--no-cache-dir'];
    const { status, stderr } = run(python!, ...pip, ...options, shipped);
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    write({ 'stage.py': stage, 'hand.py': byHand }, directory);
    const { stdout, stderr: said } = run(
      environment.python,
      join(directory, 'hand.py'),
      join(directory, 'out'),
    );
    expect(said).toBe('');
    return { directory, environment, told: JSON.parse(stdout) as unknown[] };
  };

  test('is built and installed without a network, and lets a stage be tested by itself', () => {
    const { directory, environment, told } = installed();
    expect(told).toEqual([
      true,
      ['pyarrow>=14; extra == "arrow"', 'numpy; extra == "arrow"'],
      join(environment.packages, 'pipewright'),
      '42',
      [{ type: 'progress', done: 1, total: 1, unit: 'steps', note: '', numbers: { loss: 0.5 } }],
    ]);
    expect(existsSync(join(environment.packages, 'pipewright/py.typed'))).toBe(true);
    const files = (place: string) =>
      readdirSync(place)
        .filter((name) => name !== '__pycache__')
        .sort();
    expect(files(join(environment.packages, 'pipewright'))).toEqual(files(join(shipped, 'pipewright')));
    expect(directory).not.toBe(shipped);
  });

  test('leads to its sources where it is installed to be edited', () => {
    expect(installed('--editable').told[2]).toBe(join(shipped, 'pipewright'));
  });

  test('is a wheel of the same bytes each time', () => {
    const wheel = () => {
      const directory = temporaryDirectory();
      const { status } = run(
        python!,
        '-m',
        'pip',
        'wheel',
        '--no-index',
        '--no-cache-dir',
        '-w',
        directory,
        shipped,
      );
      expect(status).toBe(0);
      const [name] = readdirSync(directory);
      return [name, readFileSync(join(directory, name!)).toString('base64')];
    };
    expect(wheel()).toEqual(wheel());
  });
});

/** A finder as setuptools writes it for a layout that a path alone cannot say. */
const finder = (mapping: Readonly<Record<string, string>>) => `import sys
from importlib.machinery import ModuleSpec, all_suffixes as module_suffixes
from importlib.util import spec_from_file_location
from pathlib import Path

MAPPING = ${JSON.stringify(mapping)}

class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        for name, place in MAPPING.items():
            if fullname == name or fullname.startswith(name + '.'):
                rest = fullname.replace(name, '', 1).strip('.').split('.')
                return cls._find_spec(fullname, Path(place, *rest))
        return None

    @classmethod
    def _find_spec(cls, fullname, candidate):
        candidates = [candidate / '__init__.py', *(Path(f'{candidate}{end}') for end in module_suffixes())]
        for each in candidates:
            if each.exists():
                return spec_from_file_location(fullname, each)

def install():
    if not any(finder is _EditableFinder for finder in sys.meta_path):
        sys.meta_path.append(_EditableFinder)
`;

const layouts: [string, (source: string) => Record<string, string>][] = [
  ['a line with a path', (source) => ({ 'tools.pth': `${source}\n` })],
  [
    'a finder',
    (source) => ({
      '__editable__.tools.pth': 'import __editable___tools_finder; __editable___tools_finder.install()\n',
      '__editable___tools_finder.py': finder({ tools: join(source, 'tools') }),
      'tools-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: tools\nVersion: 1.0\n',
      'tools-1.0.dist-info/top_level.txt': 'tools\n',
    }),
  ],
];

describe.skipIf(!makesEnvironments)('a package that is installed to be edited', () => {
  const files = {
    'pipeline.yaml': 'version: 1\nstages:\n  one: { use: one.py, outputs: { out: out.txt } }\n',
    'one.py': `from pipewright import stage
from tools.deep.words import word

@stage(outputs=['out'])
def one(task):
    task.outputs.out.write_text(word())
`,
  };

  test.each(layouts)('by %s counts by its meaning, wherever it lies', async (_, layout) => {
    const source = temporaryDirectory();
    const words = (said: string, comment: string) => {
      write(
        { 'tools/deep/words.py': `# ${comment}\ndef word():\n    """Says it."""\n    return '${said}'\n` },
        source,
      );
    };
    write({ 'tools/__init__.py': '', 'tools/deep/__init__.py': '' }, source);
    words('first', 'a word');
    const project = new TestProject(files);
    const { packages } = environmentIn(project.directory)!;
    write(layout(source), packages);
    expect(await project.run()).toEqual({ one: 'ran' });
    expect(project.read('artifacts/one/out.txt')).toBe('first');
    words('first', 'another comment');
    expect(await project.run()).toEqual({});
    words('second', 'another comment');
    const [plan] = (await project.inspect()).tasks.map(({ plan }) => plan);
    const changed = join(source, 'tools/deep/words.py');
    expect(plan).toMatchObject({
      reasons: [{ reason: 'code', files: [changed], parts: { [changed]: ['word'] } }],
    });
    expect(await project.run()).toEqual({ one: 'ran' });
    expect(project.read('artifacts/one/out.txt')).toBe('second');
  });
});

describe.skipIf(!makesEnvironments)('a pipe that nobody writes to', () => {
  const fifo = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
  };
  const oneImporting = (text: string) => ({
    'pipeline.yaml': 'version: 1\nstages:\n  one: { use: one.py, outputs: { out: out.txt } }\n',
    'one.py': `from pipewright import stage\n${text}\n\n@stage(outputs=['out'])\ndef one(task):\n    task.outputs.out.write_text('done')\n`,
  });

  test('in the place of a module, of a package’s beginning or of what an installed one says, is not waited for', async () => {
    const project = new TestProject(
      oneImporting('try:\n    import helper, other, tools, gone\nexcept ImportError:\n    pass'),
    );
    const { packages } = environmentIn(project.directory)!;
    write({ 'tools/__init__.py': '', 'other.py': '' }, packages);
    fifo(project.path('helper.py'));
    fifo(project.path('gone/__init__.py'));
    for (const name of [
      'tools-1.0.dist-info/METADATA',
      'other-1.0.dist-info/top_level.txt',
      'x-1.0.egg-info',
    ])
      fifo(join(packages, name));
    expect(await project.run()).toEqual({ one: 'ran' });
    expect(await project.run()).toEqual({});
  });

  test('in the place of a script that is run by its path is told', async () => {
    const project = new TestProject(
      oneImporting("import runpy\ndef later():\n    runpy.run_path('tools/part.py')"),
    );
    fifo(project.path('tools/part.py'));
    const summary = await project.ask();
    expect(summary.type === 'refused' && summary.stageIssues).toEqual([
      { stage: 'one', path: ['use'], message: 'tools/part.py: no file' },
    ]);
  });
});
