import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PythonTracer, type Trace } from '../../../lib/pipe/code/python-tracer.ts';
import { pythonDirectory } from '../../../lib/pipe/execute/python.ts';
import { workerEntry } from '../../../lib/pipe/execute/worker-pool.ts';
import type { PythonEntry } from '../../../lib/pipe/manifest/code.ts';
import { callsIn } from '../../../lib/pipe/manifest/code.ts';
import { mountReadOnly } from '../run/mount.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { python, pythonProject } from './project.ts';

type Files = Readonly<Record<string, string>>;

describe.skipIf(python === undefined)('what the code of Python is', () => {
  let tracer: PythonTracer;

  beforeAll(() => {
    const env = { PATH: process.env['PATH'] ?? '' };
    tracer = new PythonTracer(python!, pythonDirectory(workerEntry()), process.cwd(), env);
  });
  afterAll(() => tracer.end());

  async function trace(files: Files, entry: Partial<PythonEntry> = {}): Promise<Trace> {
    const project = temporaryDirectory();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    const entries = [{ kind: 'stage' as const, name: 'stages/main.py', cwd: project, ...entry }];
    const found = await tracer.trace({ project, path: [], entries });
    if (typeof found === 'string') throw new Error(found);
    return found;
  }

  const pathsOf = ({ files }: Trace) => files.map(({ path }) => path);
  const others = (found: Trace) => pathsOf(found).filter((path) => path !== 'stages/main.py');

  const reached: [string, Files, string[]][] = [
    ['a module beside it', { 'stages/main.py': 'import a', 'stages/a.py': '' }, ['stages/a.py']],
    [
      'a package of the project, with what stands around it',
      {
        'stages/main.py': 'import a.b.c',
        'a/__init__.py': '',
        'a/b/__init__.py': '',
        'a/b/c.py': '',
        'a/d.py': '',
      },
      ['a/__init__.py', 'a/b/__init__.py', 'a/b/c.py'],
    ],
    [
      'a namespace package',
      { 'stages/main.py': 'from ns.deep import x', 'ns/deep/x.py': '' },
      ['ns/deep/x.py'],
    ],
    [
      'relative imports',
      {
        'stages/main.py': 'import p.one',
        'p/__init__.py': '',
        'p/one.py': 'from . import two\nfrom .q.three import f\nfrom .. import nothing',
        'p/two.py': '',
        'p/q/__init__.py': 'from ..four import g',
        'p/q/three.py': 'f = 1',
        'p/four.py': 'g = 1',
      },
      ['p/__init__.py', 'p/four.py', 'p/one.py', 'p/q/__init__.py', 'p/q/three.py', 'p/two.py'],
    ],
    [
      'relative imports of a stage in a package',
      { 'stages/__init__.py': '', 'stages/main.py': 'from .common import x', 'stages/common.py': 'x = 1' },
      ['stages/__init__.py', 'stages/common.py'],
    ],
    ['the src layout', { 'stages/main.py': 'import pkg.m', 'src/pkg/m.py': '' }, ['src/pkg/m.py']],
    [
      'imports in functions, under conditions and in try',
      {
        'stages/main.py':
          'def f():\n    import a\nif f:\n    import b\ntry:\n    import c\nexcept ImportError:\n    import d\n',
        ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.py`, ''])),
      },
      ['a.py', 'b.py', 'c.py', 'd.py'],
    ],
    [
      'importlib with a constant, and what it stands for in a package',
      {
        'stages/main.py': "import importlib\nimportlib.import_module('a')\n__import__('b')\nfrom p import m",
        'a.py': '',
        'b.py': '',
        'p/__init__.py': '',
        'p/m.py': "from importlib import import_module as load, import_module\nimport_module('.n', 'p')",
        'p/n.py': '',
      },
      ['a.py', 'b.py', 'p/__init__.py', 'p/m.py', 'p/n.py'],
    ],
    [
      'a directory put on the path',
      {
        'stages/main.py':
          "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tools'))\nimport saw",
        'tools/saw.py': '',
      },
      ['tools/saw.py'],
    ],
    [
      'all that a star takes from a package',
      { 'stages/main.py': 'from p import *', 'p/__init__.py': "__all__ = ['m']", 'p/m.py': '', 'p/n.py': '' },
      ['p/__init__.py', 'p/m.py'],
    ],
    [
      'modules that import each other',
      { 'stages/main.py': 'import a', 'a.py': 'import b', 'b.py': 'import a' },
      ['a.py', 'b.py'],
    ],
    [
      'not what only type checkers see',
      {
        'stages/main.py':
          'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import b',
        'a.py': '',
        'b.py': '',
      },
      ['b.py'],
    ],
  ];

  test.each(reached)('takes %s', async (_, files, expected) => {
    const found = await trace(files);
    expect(others(found)).toEqual(expected);
    expect(found.warnings).toEqual([]);
    expect(found.problem).toBeNull();
  });

  test('of `python -m`, takes the module or the package’s main', async () => {
    const files = {
      'pkg/__init__.py': '',
      'pkg/train.py': 'from . import util',
      'pkg/util.py': '',
      'pkg/__main__.py': '',
    };
    const run = async (name: string) => pathsOf(await trace(files, { kind: 'module', name }));
    expect(await run('pkg.train')).toEqual(['pkg/__init__.py', 'pkg/train.py', 'pkg/util.py']);
    expect(await run('pkg')).toEqual(['pkg/__init__.py', 'pkg/__main__.py']);
  });

  test('of a script, looks beside it and not in the project', async () => {
    const files = { 'stages/main.py': 'import a, b', 'stages/a.py': '', 'b.py': '' };
    const found = await trace(files, { kind: 'script' });
    expect(others(found)).toEqual(['stages/a.py']);
    expect(found.packages).toEqual({ b: 'not installed' });
  });

  const ways: [string, string, boolean][] = [
    ['a comment', 'x = 1  # one\n', true],
    ['layout', 'x  =  (\n    1\n)\n\n', true],
    ['quotes and prefixes', 'x = 1\ny = \'a\' "b"\n', false],
    ['another value', 'x = 2\n', false],
    ['a docstring', '"""Says more."""\nx = 1\n', true],
    ['an underscore in a number', 'x = 0x1\n', true],
  ];

  test.each(ways)('%s changes the meaning or not', async (_, text, same) => {
    const meaning = async (written: string) => (await trace({ 'stages/main.py': written })).files[0]!.meaning;
    expect((await meaning(text)) === (await meaning('x = 1\n'))).toBe(same);
  });

  test('a docstring counts in a file that looks at docstrings', async () => {
    const meaning = async (doc: string) =>
      (await trace({ 'stages/main.py': `"""${doc}"""\nprint(__doc__)\n` })).files[0]!.meaning;
    expect(await meaning('a')).not.toBe(await meaning('b'));
  });

  test('names functions, methods and values apart', async () => {
    const parts = async (text: string) => (await trace({ 'stages/main.py': text })).files[0]!.parts;
    const text =
      'RATE = 1\ndef f():\n    return 1\nclass A:\n    x = 1\n    def g(self):\n        return 2\n';
    const [before, after] = [await parts(text), await parts(text.replace('return 2', 'return 3'))];
    expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual(['A.g']);
    expect(Object.keys(before).sort()).toEqual(['A', 'A.g', 'RATE', 'f']);
  });

  test('says what it cannot follow, with its place', async () => {
    const { warnings } = await trace({
      'stages/main.py':
        'import importlib, sys\nsys.path.append(sys.argv[1])\nimportlib.import_module(sys.argv[0])\n',
    });
    expect(warnings).toEqual([
      'stages/main.py:2: where imports are looked for by `sys.path.append` is not known before it runs',
      'stages/main.py:3: what is loaded by `import_module` is not known before it runs',
    ]);
  });

  test('says where a file is no Python', async () => {
    const { problem } = await trace({ 'stages/main.py': 'import a', 'a.py': 'x = 1\ny = = 2\n' });
    expect(problem).toMatch(/^a\.py:2:5: invalid syntax/);
  });

  test('runs nothing of what it follows', async () => {
    const found = await trace({
      'stages/main.py': 'import a.b',
      'a/__init__.py': 'raise SystemExit',
      'a/b.py': '1 / 0',
    });
    expect(others(found)).toEqual(['a/__init__.py', 'a/b.py']);
  });
});

describe('Python programs in a command', () => {
  const cases: [string, string[]][] = [
    ['python3 a.py x', ['python3 script a.py']],
    ['python -m pkg.train --fast', ['python module pkg.train']],
    ['PYTHONPATH=src:lib FOO=1 python3.12 -u -W ignore "b/c.py" > out', ['python3.12 script b/c.py src lib']],
    ['cd x && {python} a.py; .venv/bin/python b.py', ['chosen script a.py', '.venv/bin/python script b.py']],
    ['uv run python -m tool', ['chosen module tool']],
    ['(python3 a.py | tee log) && python3 "$script"', ['python3 script a.py']],
    ['# python3 a.py\necho python3 is a.python.py', []],
    ['python3 -c "print(1)"; python2 a.py; python3 /opt/a.py; python3 ../a.py', []],
    ['python3 {inputs.script}', []],
  ];

  test.each(cases)('%s', (command, expected) => {
    const said = callsIn(command, '').map(({ word, path, entry }) =>
      [word ?? 'chosen', entry.kind, entry.name, ...path].join(' '),
    );
    expect(said).toEqual(expected);
  });

  test('scripts are found from the command’s directory', () => {
    expect(callsIn('python3 ../a.py; python3 b.py', 'sub').map(({ entry }) => entry.name)).toEqual([
      'a.py',
      'sub/b.py',
    ]);
  });
});

describe.skipIf(python === undefined)('a change of Python code', () => {
  test('runs nothing for a comment in a helper, of a stage and of a command, and why says so', async () => {
    const project = pythonProject();
    await project.run();
    project.edit('lib/times.py', '# one number, scaled', '# a number, scaled');
    project.edit('scripts/helper.py', 'Of first words.', 'Of the first words.');
    const { codeNotes } = await project.inspect();
    expect(codeNotes).toEqual([
      { stage: 'scale', file: 'lib/times.py' },
      { stage: 'total', file: 'scripts/helper.py' },
    ]);
    expect(await project.run()).toEqual({});
  });

  test('runs what reaches it, and names the function', async () => {
    const project = pythonProject();
    await project.run();
    project.edit('scripts/helper.py', 'sum(', '1 + sum(');
    const { tasks } = await project.inspect();
    expect(tasks.filter(({ plan }) => plan.state !== 'fresh')).toMatchObject([
      {
        id: 'total',
        plan: {
          reasons: [
            { reason: 'code', files: ['scripts/helper.py'], parts: { 'scripts/helper.py': ['total'] } },
          ],
        },
      },
    ]);
    expect(await project.run()).toEqual({ total: 'ran' });
    project.edit('lib/times.py', 'return 1', 'return 2');
    // Equal bytes stop there.
    expect(await project.run()).toEqual({ 'scale@step=1': 'ran', 'scale@step=2': 'ran', total: 'fresh' });
  });

  const nearer: [string, Files, Record<string, string>][] = [
    [
      'a package beside a module',
      { 'lib/times/__init__.py': 'def times(a, b):\n    return a + b\n' },
      { 'scale@step=1': 'ran', 'scale@step=2': 'ran', total: 'ran' },
    ],
    [
      'a package beside the module of a command',
      { 'scripts/helper/__init__.py': 'def total(lines):\n    return "7"\n' },
      { total: 'ran' },
    ],
    [
      'a package with what was in a namespace',
      { 'stages/lib/__init__.py': '', 'stages/lib/times.py': 'def times(a, b):\n    return a - b\n' },
      { 'scale@step=1': 'ran', 'scale@step=2': 'ran', total: 'ran' },
    ],
  ];
  test.each(nearer)('runs what loads it, where it is %s', async (_, files, ran) => {
    const project = pythonProject();
    await project.run();
    expect(await project.run()).toEqual({});
    project.write(files);
    expect(await project.run()).toEqual(ran);
    expect(await project.run()).toEqual({});
  });

  test('runs what loads a module that a new file of the environment puts first on the path', async () => {
    const project = pythonProject({
      'one/own.py': 'factor = 1\n',
      'two/own.py': 'factor = 2\n',
      'lib/times.py': 'from own import factor\n\ndef times(a, b):\n    return a * b * factor\n',
    });
    const made = spawnSync(python!, ['-m', 'venv', '--without-pip', join(project.directory, '.venv')]);
    expect(made.status).toBe(0);
    const [version] = readdirSync(join(project.directory, '.venv/lib'));
    const installed = `.venv/lib/${version!}/site-packages`;
    const leads = (place: string) => `${join(project.directory, place)}\n`;
    project.write({ [`${installed}/one.pth`]: leads('one') });
    await project.run();
    expect(await project.run()).toEqual({});
    project.write({ [`${installed}/before.pth`]: leads('two') });
    const again = { 'scale@step=1': 'ran', 'scale@step=2': 'ran', total: 'ran' };
    expect(await project.run()).toEqual(again);
    project.write({ 'one/own.py': 'factor = 3\n' });
    expect(await project.run()).toEqual({});
  });

  test('is seen in a project that cannot be written to, where nothing of its code is kept', async (context) => {
    const project = pythonProject();
    await project.run();
    rmSync(project.path('cache/local'), { recursive: true });
    const release = mountReadOnly(context, project.directory);
    expect(await project.states()).toEqual({});
    release();
    project.edit('lib/times.py', 'a * b', 'b * a');
    mountReadOnly(context, project.directory);
    expect(Object.keys(await project.states())).toContain('scale@step=1');
  });

  test('that is put back brings the outputs back from the store', async () => {
    const project = pythonProject();
    await project.run();
    project.edit('scripts/helper.py', 'sum(', '1 + sum(');
    await project.run();
    project.edit('scripts/helper.py', '1 + sum(', 'sum(');
    expect(await project.run()).toEqual({ total: 'restored' });
  });

  test('counts where `code` names it, Python by its meaning and others by their bytes', async () => {
    const project = pythonProject();
    project.write({
      'run.sh': 'python3 "$(echo scripts/total.py)" "$@"\n',
      'models/m.py': '# a model\nx = 1\n',
      'fit.R': 'x <- 1\n',
    });
    const command = /cmd: .* scripts\/total\.py (.*)/.exec(project.read('pipeline.yaml'))!;
    project.edit(
      'pipeline.yaml',
      command[0],
      `cmd: sh run.sh ${command[1]!}\n    code: { python: [scripts/total.py, 'models/*.py'], files: [run.sh, fit.R] }`,
    );
    await project.run();
    project.edit('models/m.py', '# a model', '# the model');
    project.edit('scripts/helper.py', 'Of first', 'Of the first');
    expect(await project.run()).toEqual({});
    project.edit('models/m.py', 'x = 1', 'x = 2');
    expect(await project.run()).toEqual({ total: 'ran' });
    project.edit('fit.R', '1', '1 # one');
    expect(await project.run()).toEqual({ total: 'ran' });
    project.edit('scripts/helper.py', 'sum(', '1 + sum(');
    expect(await project.run()).toEqual({ total: 'ran' });
  });

  test('is refused where `code` names what is not there', async () => {
    const project = pythonProject();
    project.edit('pipeline.yaml', '    cmd:', "    code: { files: ['*.R'] }\n    cmd:");
    const summary = await project.ask();
    expect(summary.type === 'refused' && summary.stageIssues).toEqual([
      { stage: 'total', path: ['code', 'files', 0], message: 'no file matches *.R' },
    ]);
  });

  test('while the command runs fails the task, for it is not known which text ran', async () => {
    const project = pythonProject();
    project.edit(
      'scripts/total.py',
      'import sys\n',
      "import sys\nopen('scripts/helper.py', 'a').write('x = 1\\n')\n",
    );
    await project.run({}, (id) => id !== 'none');
    const failed = project.outcomes().find(([id]) => id === 'total')?.[1];
    expect(failed).toMatchObject({
      reason: 'threw',
      message: 'scripts/helper.py was edited while the command ran: which text ran is not known; run again',
    });
  });

  test('is warned of once where it cannot be followed, until `code` names sources', async () => {
    const project = pythonProject();
    project.edit(
      'stages/scale.py',
      'from lib.times import times',
      "import importlib\nname = 'lib.times'\ntimes = importlib.import_module(name).times",
    );
    await project.run();
    const told = project.events.flatMap((event) => (event.type === 'task-warning' ? [event.message] : []));
    const line = 'stages/scale.py:5: what is loaded by `import_module` is not known before it runs';
    expect(told).toEqual([
      `the code of scale is not followed whole: ${line}`,
      'stage scale read lib/times.py, which is none of its inputs: a change there reruns nothing',
    ]);
    project.edit(
      'pipeline.yaml',
      'use: stages/scale.py',
      'use: stages/scale.py\n    code: { python: [lib/times.py] }',
    );
    expect(await project.run()).toMatchObject({ 'scale@step=1': 'ran' });
    expect(project.events.filter(({ type }) => type === 'task-warning')).toEqual([]);
  });
});
