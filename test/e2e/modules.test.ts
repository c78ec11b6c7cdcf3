import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const stage = (
  imports: string,
  text: string,
  input = '',
) => `import { readFile, writeFile } from 'node:fs/promises';
import { defineStage } from 'pipewright/stage';
${imports}

export default defineStage({
  inputs: { ${input && `${input}: 'one'`} },
  outputs: ['text'],
  run: async ({ inputs, outputs }) => writeFile(outputs.text, ${text}),
});
`;

/** Three stages in a line; the first uses the linked package, the second the helper, the third neither. */
function project(): Project {
  const made = newProject({
    'pipeline.yaml': `version: 1
stages:
  greet: { use: stages/greet.ts, outputs: { text: text.txt } }
  shout: { use: stages/shout.ts, inputs: { text: greet.text }, outputs: { text: text.txt } }
  frame: { use: stages/frame.ts, inputs: { text: shout.text }, outputs: { text: text.txt } }
`,
    'stages/greet.ts': stage("import { greeting } from '@me/words';", 'greeting'),
    'stages/shout.ts': stage(
      "import { loud } from '../lib/loud.ts';",
      "loud(await readFile(inputs.text.path, 'utf8'))",
      'text',
    ),
    'stages/frame.ts': stage('', "`[${await readFile(inputs.text.path, 'utf8')}]`", 'text'),
    'lib/loud.ts': 'export const loud = (text: string): string => text.toUpperCase();\n',
    'words/package.json': '{ "name": "@me/words", "version": "1.0.0", "exports": "./index.ts" }',
    'words/index.ts': "export const greeting: string = 'hello';\n",
  });
  // Of its own, as an installation of workspaces makes it; the engine is that of the command.
  rmSync(join(made.directory, 'node_modules'));
  mkdirSync(join(made.directory, 'node_modules/@me'), { recursive: true });
  symlinkSync('../../words', join(made.directory, 'node_modules/@me/words'));
  return made;
}

/** What `status`, `why` and `--dry-run` say will run, and what then does. */
async function agreed(made: Project, ...flags: readonly string[]): Promise<readonly string[]> {
  const { out } = await made.pipe('run', '--dry-run', '--json', ...flags);
  const { tasks } = JSON.parse(out) as { tasks: { task: string; state: string }[] };
  const stale = tasks.filter(({ state }) => state === 'stale').map(({ task }) => task);
  if (flags.length === 0) {
    const why = (await made.pipe('why', ...tasks.map(({ task }) => task), '--json')).out
      .trimEnd()
      .split('\n');
    const next = why.map((line) => JSON.parse(line) as { id: string; plan: { state: string } });
    expect(next.filter(({ plan }) => plan.state === 'stale').map(({ id }) => id)).toEqual(stale);
  }
  const ran = (await made.outcomes('run', ...flags)).map((line) => line.replace(' ran', ''));
  for (const task of stale) expect(ran).toContain(task);
  expect(await made.outcomes('run')).toEqual([]);
  return ran;
}

test('three stages outside the repository, with a linked package and a helper, run again where an edit reaches', async () => {
  const made = project();
  expect(await made.outcomes('run')).toEqual(['frame ran', 'greet ran', 'shout ran']);
  expect(made.read('artifacts/frame/text.txt')).toBe('[HELLO]');

  made.write('words/index.ts', "export const greeting: string = 'goodbye';\n");
  expect(await agreed(made)).toEqual(['frame', 'greet', 'shout']);
  expect(made.read('artifacts/frame/text.txt')).toBe('[GOODBYE]');

  made.write('lib/loud.ts', "export const loud = (text: string): string => text + '!';\n");
  expect(await agreed(made)).toEqual(['frame', 'shout']);
  expect(made.read('artifacts/frame/text.txt')).toBe('[goodbye!]');

  made.write('stages/frame.ts', made.read('stages/frame.ts').replace('`[', '`<').replace(']`', '>`'));
  expect(await agreed(made)).toEqual(['frame']);
  expect(made.read('artifacts/frame/text.txt')).toBe('<goodbye!>');

  made.write('words/index.ts', "// Said when one leaves.\nexport const greeting: string = 'goodbye';\n");
  expect(await agreed(made)).toEqual([]);
  expect(await agreed(made, '--force')).toEqual(['frame', 'greet', 'shout']);
});

test('a project in which the program is not installed has what stages and tables need from the program', async () => {
  const made = project();
  made.write(
    'stages/greet.ts',
    `import { defineStage } from 'pipewright/stage';
import { readArrow, writeArrow } from 'pipewright/arrow';

export default defineStage({
  outputs: ['text'],
  run: async ({ outputs }) => {
    await writeArrow(outputs.text, { n: { type: 'int32', values: [1, 2] } });
    if ((await readArrow(outputs.text)).rows !== 2) throw new Error('not what was written');
  },
});
`,
  );
  const { status, err } = await made.pipe('run', 'greet');
  expect(err).toBe('');
  expect(status).toBe(0);
  const { version } = JSON.parse(readFileSync('lib/pipe/package.json', 'utf8')) as { version: string };
  expect(made.read('pipe.lock')).toContain(`"pipewright":"${version}"`);
});
