import { describe, expect, test } from 'vitest';
import { builtProject, type Project } from './project.ts';
import { chain, words } from './words.ts';

interface Status {
  readonly tasks: readonly {
    readonly task: string;
    readonly state: string;
    readonly reasons?: readonly object[];
    readonly upstream?: readonly string[];
  }[];
}

async function status(project: Project): Promise<Status> {
  return JSON.parse((await project.pipe('status', '--json')).out) as Status;
}

/** Changes to a project that was built, by what they are. */
const changes: [string, Readonly<Record<string, string>>, (project: Project) => void][] = [
  ['nothing', words, () => undefined],
  [
    'a parameter',
    words,
    (project) => {
      edit(project, 'top: 2', 'top: 1');
    },
  ],
  [
    'an input',
    words,
    (project) => {
      project.write('text.txt', 'quite another text\n');
    },
  ],
  [
    'an input to no effect',
    words,
    (project) => {
      project.write('text.txt', 'one, fish two fish seven whales seven\n');
    },
  ],
  [
    'a command',
    words,
    (project) => {
      edit(project, 'sort -k1,1rn -k2', 'sort -k2');
    },
  ],
  [
    'the axis of a matrix',
    words,
    (project) => {
      edit(project, '[3, 5]', '[3, 5, 6]');
    },
  ],
  [
    'the axis of a scan',
    chain,
    (project) => {
      edit(project, '[1, 2, 3]', '[1, 2, 3, 4]');
    },
  ],
  [
    'the start of a scan',
    chain,
    (project) => {
      edit(project, '[1, 2, 3]', '[0, 2, 3]');
    },
  ],
  [
    'an output that was removed',
    words,
    (project) => {
      project.remove('artifacts/count');
    },
  ],
  [
    'an output that was removed from the cache, too',
    words,
    (project) => {
      project.remove('artifacts/count');
      project.remove('cache/store');
    },
  ],
];

function edit(project: Project, from: string, to: string): void {
  const text = project.read('pipeline.yaml');
  if (!text.includes(from)) throw new Error(`no ${from}`);
  project.write('pipeline.yaml', text.replace(from, to));
}

describe('status says beforehand what a run then does, after a change of', () => {
  test.each(changes)('%s', async (_title, files, change) => {
    const project = await builtProject(files);
    change(project);
    const { tasks } = await status(project);
    const before = project.results();
    const said = (...states: string[]): string[] =>
      tasks.filter(({ state }) => states.includes(state)).map(({ task }) => task);
    const did = await project.outcomes('run');
    const ended = (type: string): string[] =>
      did.filter((line) => line.endsWith(` ${type}`)).map((line) => line.split(' ')[0]!);
    // What is certain comes true; what may run does or does not; nothing else happens.
    expect(ended('ran')).toEqual(expect.arrayContaining(said('stale')));
    expect(ended('restored')).toEqual(expect.arrayContaining(said('restorable')));
    expect(said('stale', 'unknown', 'restorable')).toEqual(
      expect.arrayContaining([...ended('ran'), ...ended('restored')]),
    );
    expect(ended('failed')).toEqual([]);
    // After it, all is well.
    expect((await status(project)).tasks.map(({ state }) => state)).toEqual(tasks.map(() => 'fresh'));
    expect(Object.keys(before)).not.toEqual([]);
  });
});

test('status and why change nothing', async () => {
  const project = await builtProject(words);
  edit(project, 'top: 2', 'top: 1');
  const before = project.results();
  await project.pipe('status', '--tasks');
  await project.pipe('why', 'report', 'count');
  await project.pipe('run', '--dry-run');
  expect(project.results()).toEqual(before);
});

test('status groups what has one reason', async () => {
  const project = await builtProject(words);
  edit(project, 'top: 2', 'top: 1');
  const { out, status: code } = await project.pipe('status');
  expect(out).toBe(`\
words   up to date
count   2 to run
          2 to run: parameter top changed: 2 -> 1
report  1 may run
          1 may run if count writes other bytes
4 tasks: 2 to run, 1 may run, 1 up to date
`);
  expect(code).toBe(0);
  expect((await project.pipe('run', '--dry-run')).out).toBe(out);
});

test('a dry run with --force says what would be forced', async () => {
  const project = await builtProject(words);
  const { out } = await project.pipe('run', 'count@length=5', '--only', '--force', '--dry-run');
  expect(out).toBe(`\
count  1 to run
         1 to run: forced
1 task: 1 to run
`);
});

test('why and status name tasks in JSON alike, also those that another waits for', async () => {
  const project = await builtProject(words);
  edit(project, 'top: 2', 'top: 1');
  const why = JSON.parse((await project.pipe('why', 'report', '--json')).out) as Record<string, unknown>;
  const { state, reasons, upstream } = (await status(project)).tasks.find(({ task }) => task === 'report')!;
  expect(upstream).toEqual(['count@length=3', 'count@length=5']);
  expect(why).toMatchObject({ task: 'report', plan: { state, reasons, upstream }, reworded: [] });
});

test('why tells the past and the future of a task', async () => {
  const project = await builtProject(words);
  edit(project, 'top: 2', 'top: 1');
  await project.pipe('run');
  const then = /\d{4}-\d\d-\d\d \d\d:\d\d \([\d.]+ s\)/g;
  const told = async (...args: string[]) => (await project.pipe('why', ...args)).out.replace(then, 'THEN');
  expect(await told('count@length=5')).toBe(`\
count@length=5
  last: ran on THEN, because
    parameter top changed: 2 -> 1
  next: will not run: nothing that it depends on has changed
`);
  edit(project, 'top: 1', 'top: 2');
  expect(await told('count')).toBe(`\
count@length=3, count@length=5
  last: ran on THEN, because
    parameter top changed: 2 -> 1
  next: will be restored from the store, not run:
    parameter top changed: 1 -> 2
`);
});
