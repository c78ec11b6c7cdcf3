import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';
import { threeStages } from './workspace.ts';

function project(): Project {
  const made = newProject(threeStages);
  // Of its own, as an installation of workspaces makes it; the engine is that of the command.
  rmSync(join(made.directory, 'node_modules'));
  mkdirSync(join(made.directory, 'node_modules/@me'), { recursive: true });
  symlinkSync('../../words', join(made.directory, 'node_modules/@me/words'));
  return made;
}

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
