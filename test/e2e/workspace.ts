import { expect } from 'vitest';
import type { Project } from './project.ts';

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
export const threeStages: Readonly<Record<string, string>> = {
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
};

/** What `status` and `why`, or with flags `--dry-run`, say will run; and what then does. */
async function agreed(made: Project, ...flags: readonly string[]): Promise<readonly string[]> {
  const asked = flags.length === 0 ? ['status'] : ['run', '--dry-run', ...flags];
  const { out } = await made.pipe(...asked, '--json');
  const { tasks } = JSON.parse(out) as { tasks: { task: string; state: string }[] };
  const stale = tasks.filter(({ state }) => state === 'stale').map(({ task }) => task);
  if (flags.length === 0) {
    const why = (await made.pipe('why', ...tasks.map(({ task }) => task), '--json')).out
      .trimEnd()
      .split('\n');
    const next = why.map((line) => JSON.parse(line) as { task: string; plan: { state: string } });
    expect(next.filter(({ plan }) => plan.state === 'stale').map(({ task }) => task)).toEqual(stale);
  }
  const ran = (await made.outcomes('run', ...flags)).map((line) => line.replace(' ran', ''));
  for (const task of stale) expect(ran).toContain(task);
  expect(await made.outcomes('run')).toEqual([]);
  return ran;
}

/** Edits one thing after the other: what an edit reaches runs again, and nothing else. */
export async function editEach(made: Project): Promise<void> {
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
}
