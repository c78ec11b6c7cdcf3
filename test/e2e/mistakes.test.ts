import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';
import { words } from './words.ts';

/** What is wrong → the files that replace those of the project, the arguments, and the text that must appear. */
const cases: [string, Record<string, string>, string[], string[]][] = [
  ['no pipeline.yaml', { 'pipeline.yaml': '' }, ['run'], ['error']],
  [
    'a YAML syntax error',
    yaml((text) => text.replace('[3, 5]', '[3, 5')),
    ['run'],
    ['pipeline.yaml:', 'error', '^'],
  ],
  [
    'an unknown key',
    yaml((text) => text.replace('matrix:', 'matrx:')),
    ['run'],
    ['matrx', 'did you mean `matrix`?'],
  ],
  [
    'a wrong type',
    yaml((text) => text.replace('params: [top]', 'params: 3')),
    ['run'],
    ['pipeline.yaml:12:', '^'],
  ],
  [
    'an input of an unknown stage',
    yaml((text) => text.replace('words.words', 'wrds.words')),
    ['run'],
    ['wrds', 'did you mean `words`?'],
  ],
  ['a stage twice', yaml((text) => `${text}  words: { cmd: 'true' }\n`), ['run'], ['stands here twice']],
  [
    'a cycle',
    yaml((text) => text.replace('{ text: ./text.txt }', '{ text: report.page }')),
    ['run'],
    ['words', 'count', 'report'],
  ],
  [
    'two stages with one output',
    yaml((text) => `${text}  other: { cmd: 'true', outputs: { x: words/words.txt } }\n`),
    ['run'],
    ['artifacts/words/words.txt'],
  ],
  [
    'a missing input file',
    yaml((text) => text.replace('./text.txt', './txt.txt')),
    ['run'],
    ['there is no txt.txt', '^'],
  ],
  ['an unknown stage', {}, ['run', 'cuont'], ['there is no stage `cuont`', 'did you mean `count`?']],
  ['an unknown axis', {}, ['run', 'count@lenght=5'], ['did you mean `length`?']],
  ['a value that an axis does not have', {}, ['run', 'count@length=4'], ['`4` is not on the axis `length`']],
  ['an unknown profile', {}, ['run', '--profile', 'paper'], ['there is no profile `paper`']],
  ['a stage without its name', {}, ['run', '@length=5'], ['`@length=5` names no stage']],
  ['an output instead of a stage', {}, ['run', 'count.counts'], ['`count` makes all its outputs']],
  [
    'an unknown parameter',
    {},
    ['run', '--set', 'params.tpo=3'],
    ['there is no parameter `tpo`', 'did you mean `top`?'],
  ],
  [
    'a parameter that is like none',
    {},
    ['run', '--set', 'stages.words=3'],
    ['there is no parameter `stages.words`', 'parameters: `top` and `lengths`'],
  ],
  [
    'a parameter inside a list',
    {},
    ['run', '--set', 'lengths.0=3'],
    ['`lengths` is not a mapping', '`--set lengths=…` gives all of it'],
  ],
  ['an unknown command', {}, ['rnu'], ["unknown command 'rnu'", 'Did you mean run?']],
  ['an unknown option', {}, ['run', '--forse'], ["unknown option '--forse'", 'Did you mean --force?']],
  ['no number of jobs', {}, ['run', '--jobs', 'many'], ['It has to be a whole number from 1 up.']],
  ['--only without a stage', {}, ['run', '--only'], ['--only needs a stage or task to be named']],
  ['an unknown stage to explain', {}, ['why', 'wrods'], ['did you mean `words`?']],
  [
    'an unknown artifact',
    {},
    ['show', 'words.wrods'],
    ['no task makes `words.wrods`', 'did you mean `words.words`?'],
  ],
  [
    'an unknown task to log',
    {},
    ['log', 'last', '--task', 'page'],
    ['did nothing with a task `page`', '`pipe log'],
  ],
  ['an unknown run', {}, ['log', 'yesterday'], ['there is no run `yesterday`']],
  [
    'an unknown way to draw',
    {},
    ['dag', '--format', 'png'],
    ['Allowed choices are text, mermaid, dot, json.'],
  ],
  ['a directory that is not there', {}, ['-C', 'nowhere', 'status'], ['there is no directory nowhere']],
  ['a file for a directory', {}, ['-C', 'text.txt', 'status'], ['text.txt is no directory']],
  ['a file to begin in', {}, ['init', 'text.txt'], ['text.txt is no directory', 'give another directory']],
  ['a revision outside git', {}, ['diff', 'HEAD~1'], ['is not in a git repository', 'the path of a lock']],
  ['a revision to restore outside git', {}, ['restore', 'v1'], ['is not in a git repository', 'or none for']],
  [
    'a lock that is not there',
    {},
    ['diff', 'pipe.paper.lock'],
    ['there is no pipe.paper.lock', '`pipe run`'],
  ],
  ['a second pipeline.yaml', {}, ['init'], ['pipeline.yaml exists already']],
];

function yaml(edit: (text: string) => string): Record<string, string> {
  const text = words['pipeline.yaml']!;
  const edited = edit(text);
  if (edited === text) throw new Error('the edit does not apply');
  return { 'pipeline.yaml': edited };
}

describe("the user's mistakes end with status 2, a message, and nothing changed:", () => {
  test.each(cases)('%s', async (_title, files, args, texts) => {
    const project = newProject(words);
    await project.pipe('run');
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    const before = project.results();
    const { status, out, err } = await project.pipe(...args);
    for (const text of texts) expect(err).toContain(text);
    expect(out).toBe('');
    expect(status).toBe(2);
    expect(project.results()).toEqual(before);
  });

  test('no pipeline.yaml at all', async () => {
    const project = newProject({});
    const { status, err } = await project.pipe('run');
    expect(err).toBe(`error: there is no pipeline.yaml in ${project.directory} or above
hint: \`pipe init\` makes a small one; -C DIRECTORY looks elsewhere
`);
    expect(status).toBe(2);
    expect(project.files()).toEqual({});
  });

  test('is told once, though two things are asked of it', async () => {
    const { err } = await newProject(words).pipe('why', 'wrods');
    expect(err.match(/there is no stage/g)).toHaveLength(1);
  });

  test.each<[string, (project: Project) => void, string]>([
    [
      'a directory',
      ({ directory }) => {
        mkdirSync(join(directory, 'pipeline.yaml'));
      },
      'cannot read DIRECTORY/pipeline.yaml: EISDIR',
    ],
    [
      'in another encoding',
      ({ directory }) => {
        writeFileSync(join(directory, 'pipeline.yaml'), Buffer.from('\ufeffversion: 1\n', 'utf16le'));
      },
      'DIRECTORY/pipeline.yaml is not a text in UTF-8\nhint: save it in that encoding\n',
    ],
  ])('pipeline.yaml that is %s', async (_title, spoil, expected) => {
    const project = newProject({});
    spoil(project);
    const { status, err } = await project.pipe('run');
    expect(err).toContain(`error: ${expected.replace('DIRECTORY', project.directory)}`);
    expect(status).toBe(2);
  });

  test.each([
    ['a directory', 'mkdir'],
    ['a pipe', 'mkfifo'],
  ])('a user’s own file that is %s is told, not taken for absent', async (_, make) => {
    const project = newProject(words);
    execFileSync(make, [join(project.directory, 'pipe.local.yaml')]);
    const { status, err } = await project.pipe('run');
    expect(err).toContain('error: pipe.local.yaml cannot be read: ');
    expect(status).toBe(2);
  });

  test('several at once are all told', async () => {
    const project = newProject(
      yaml((text) => text.replace('matrix:', 'matrx:').replace('words.words', 'wrds.words')),
    );
    const { err } = await project.pipe('run');
    expect(err).toContain('matrx');
    expect(err).toContain('wrds');
  });
});
