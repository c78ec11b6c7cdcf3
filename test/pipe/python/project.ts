import { spawnSync } from 'node:child_process';
import { TestProject } from '../run/project.ts';

/** The Python that these tests run stages with; they need no packages of it. */
export const python = ['python3', 'python'].find(
  (name) =>
    spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'], { stdio: 'ignore' }).status ===
    0,
);

const scale = `"""Numbers, scaled."""
from dataclasses import dataclass
from lib.times import times
from pipewright import BadInput, Task, stage

@dataclass
class Params:
    factor: float
    names: list[str]

@stage(params=Params, inputs={'list': 'one', 'before': 'optional'}, outputs=['list'])
def scale(task: Task[Params]) -> None:
    """Scales."""
    numbers = [int(line) for line in task.inputs.list.read_text().split()]
    task.log(f"scaled {len(numbers)}")
    if task.params.factor == 0:
        task.warn('everything is zero')
    if task.params.factor < 0:
        raise BadInput('the factor is negative')
    for at, _ in enumerate(numbers):
        task.progress(at + 1, len(numbers), 'numbers', loss=1 / (at + 1))
    before = task.inputs.before.read_text() if task.inputs.before else ''
    lines = [f"{times(n, task.params.factor)} {task.previous} {task.axes}" for n in numbers]
    task.outputs.list.write_text(before + '\\n'.join(lines) + '\\n')
`;

const times = `# one number, scaled
def times(a, b):
    """The product."""
    return a * b


def unused():
    return 1
`;

/** numbers (a file) → scale (a Python stage, a scan) → total (a Python command). */
export const pythonFiles: Readonly<Record<string, string>> = {
  'numbers.txt': '1\n2\n3\n',
  'lib/times.py': times,
  'stages/scale.py': scale,
  'scripts/total.py': `import sys
from helper import total

with open(sys.argv[2], 'w') as out:
    out.write(total(open(sys.argv[1])))
`,
  'scripts/helper.py': `def total(lines):
    """Of first words."""
    return f"{sum(float(line.split()[0]) for line in lines)}\\n"
`,
  'pipeline.yaml': `version: 1
params: { factor: 3, names: [a, b] }
stages:
  scale:
    use: stages/scale.py
    params: [factor, names]
    scan: { axis: step, values: [1, 2], carry: { before: list } }
    inputs: { list: ./numbers.txt }
    outputs: { list: list.txt }
  total:
    cmd: ${python ?? 'python3'} scripts/total.py {inputs.list} {outputs.total}
    inputs: { list: { from: scale.list, at: { step: 2 } } }
    outputs: { total: total.txt }
`,
};

export function pythonProject(files: Readonly<Record<string, string>> = {}): TestProject {
  return new TestProject({ ...pythonFiles, ...files });
}

/** A pipeline of one Python stage, whose function has this body. */
export function oneStage(body: string, declaration = ''): TestProject {
  const lines = body.trim().split('\n');
  return new TestProject({
    'stages/one.py': [
      'import os, sys, time',
      'from pipewright import BadInput, stage',
      '',
      "@stage(outputs=['out'])",
      'def one(task):',
      ...lines.map((line) => `    ${line}`),
      '',
    ].join('\n'),
    'pipeline.yaml': `version: 1
stages:
  one:
    use: stages/one.py
    outputs: { out: out.txt }
${declaration}`,
  });
}
