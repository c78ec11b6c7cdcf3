import { expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { findStanding } from '../../../lib/pipe/run/standing.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { TestProject } from './project.ts';

test('how everything stood holds for the question and the environment that it was about', async () => {
  const environment: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    KEY: 'one',
    OTHER: 'x',
  };
  const project = new TestProject(
    {
      'pipeline.yaml': `
version: 1
stages:
  it: { cmd: 'echo "$KEY" > {outputs.text}', env: [KEY], outputs: { text: text } }
`,
    },
    { environment },
  );
  const layout = layoutOf(project.directory);
  const [question, another] = [digestOf('one'), digestOf('another')];
  const find = (asked = question) => findStanding(layout, () => asked, environment);
  await project.ask({ question });
  // A run that did something has not looked at how things stand after it.
  expect(find()).toBeNull();
  await project.ask();
  expect(find()).toBeNull();
  await project.ask({ question });
  expect(find()).toMatchObject({ tasks: 1, profile: 'default', env: ['KEY'] });
  expect(find(another)).toBeNull();
  environment['OTHER'] = 'y';
  expect(find()).not.toBeNull();
  environment['KEY'] = 'two';
  expect(find()).toBeNull();
});
