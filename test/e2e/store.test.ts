import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../lib/pipe/digest.ts';
import { blobPath, layoutOf } from '../../lib/pipe/store/layout.ts';
import { builtProject, newProject, type Project } from './project.ts';
import { words } from './words.ts';

/** Times and sizes replaced: how long something took is written down in it. */
function steady(text: string): string {
  return text.replace(/\b[\d.]+ (?=s\b|k?B\b)/g, '# ');
}

function setTop(project: Project, top: number): void {
  project.write('pipeline.yaml', words['pipeline.yaml']!.replace('top: 2', `top: ${top}`));
}

describe('gc', () => {
  test('frees what no lock needs, and says what it would take to make it again', async () => {
    const project = await builtProject(words);
    setTop(project, 1);
    await project.pipe('run');
    const before = project.files();
    const text = `\
freed # B in 5 files: 3 results that no lock needs
to make them again would take # s
the store has # B: # B that 1 lock needs
`;
    const would = text.replace('freed', 'would free').replace('has', 'would have');
    expect(steady((await project.pipe('gc', '--dry-run')).out)).toBe(would);
    expect(project.files()).toEqual(before);
    expect(steady((await project.pipe('gc')).out)).toBe(text);
    expect((await project.pipe('gc')).out).toMatch(/^nothing to free\n/);
    expect(await project.outcomes('run')).toEqual([]);
    project.remove('artifacts');
    expect(await project.outcomes('run')).toEqual([
      'count@length=3 restored',
      'count@length=5 restored',
      'report restored',
      'words restored',
    ]);
  });

  test('with bounds frees no more than they ask for', async () => {
    const project = await builtProject(words);
    setTop(project, 1);
    await project.pipe('run');
    expect((await project.pipe('gc', '--max-age', '1h')).out).toMatch(/^nothing to free\n/);
    expect((await project.pipe('gc', '--max-size', '1MB')).out).toMatch(/^nothing to free\n/);
    const { left } = JSON.parse((await project.pipe('gc', '--dry-run', '--max-age', '1h', '--json')).out) as {
      left: number;
    };
    const { out } = await project.pipe('gc', '--max-size', `${left - 1}B`, '--json');
    expect(JSON.parse(out)).toMatchObject({ dryRun: false, actions: 1, locks: 1, busy: [] });
    const small = await project.pipe('gc', '--max-size', '10B', '--max-age', '0h');
    expect(small.out).toContain('note: that is more than 10 B, and what a lock needs is never dropped\n');
    const { status, err } = await project.pipe('gc', '--max-size', '2 pounds');
    expect(err).toContain("option '--max-size <size>' argument '2 pounds' is invalid. It has to be a size");
    expect(status).toBe(2);
  });

  test('beside a run takes nothing from it, though that is killed before it writes the lock', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  first: { cmd: 'echo x >> ran; echo 1 > {outputs.a}', outputs: { a: a.txt } }
  slow: { cmd: 'test -e go || sleep 60; cp {inputs.a} {outputs.b}', inputs: { a: first.a }, outputs: { b: b.txt } }
`,
    });
    const run = project.start('run', '--json');
    await run.until('"type":"task-started","task":"slow"');
    const { out } = await project.pipe('gc');
    expect(out).toMatch(/^nothing to free\n/);
    expect(out).toContain(`note: a run goes on in ${project.directory}; what it has used is kept\n`);
    run.child.kill('SIGKILL');
    await run.ended;
    expect(project.exists('pipe.lock')).toBe(false);
    project.write('go', '');
    expect(await project.outcomes('run')).toEqual(['first restored', 'slow ran']);
    expect(project.read('ran')).toBe('x\n');
  });

  test('frees logs of old runs, except those that why tells of', async () => {
    const project = await builtProject(words);
    const runsIn = (name: string): string => join(project.directory, 'cache/local/runs', name);
    const runs = (): string[] => readdirSync(runsIn('')).sort();
    const [first] = runs();
    await project.pipe('run');
    const idle = runs()[1]!;
    // As if it had been asked as often.
    for (let run = 0; run < 21; run++)
      cpSync(runsIn(idle), runsIn(idle.replace(/^\d{4}/, String(3000 + run))), { recursive: true });
    expect((await project.pipe('gc', '--max-age', '1h')).out).toMatch(/^nothing to free\n/);
    expect((await project.pipe('gc')).out).toContain(': 2 run logs\n');
    expect(runs()).toHaveLength(21);
    expect(runs()[0]).toBe(first);
  });
});

/** Path of the blob that has the bytes of an artifact, made writable. */
function blobOf(project: Project, artifact: string): string {
  const path = blobPath(layoutOf(project.directory), digestOf(project.read(artifact)));
  chmodSync(path, 0o644);
  return path;
}

/** Its size stays. */
function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
}

const page = 'artifacts/report/report.md';
const list = 'artifacts/words/words.txt';

describe('verify', () => {
  test('hashes every blob, and says when all is well', async () => {
    const project = await builtProject(words);
    const { out, status } = await project.pipe('verify');
    expect(out).toMatch(/^all intact: 4 blobs, \d+ B\n$/);
    expect(status).toBe(0);
  });

  test('names what is damaged and which artifact needs it, and mends it from there', async () => {
    const project = await builtProject(words);
    const [changed, cut] = [digestOf(project.read(page)), digestOf(project.read(list))];
    flipBit(blobOf(project, page));
    truncateSync(blobOf(project, list), 3);
    const before = project.files();
    const look = await project.pipe('verify', '--dry-run', '--json');
    expect(look.status).toBe(1);
    const { damage } = JSON.parse(look.out) as { damage: readonly { digest: string; kind: string }[] };
    expect(new Map(damage.map(({ digest, kind }) => [digest, kind]))).toEqual(
      new Map<string, string>([
        [changed, 'changed'],
        [cut, 'cut-off'],
      ]),
    );
    expect(project.files()).toEqual(before);
    const { out, status } = await project.pipe('verify');
    expect(status).toBe(1);
    expect(out).toContain(`\
changed     ${changed}
            ${page} (report.page)
            put back from artifacts
`);
    expect(out).toContain(`\
cut off     ${cut}
            ${list} (words.words)
            put back from artifacts
`);
    expect(out).toContain('\n2 damaged, 2 put back: 4 blobs, ');
    expect(readFileSync(blobOf(project, page), 'utf8')).toBe(project.read(page));
    expect((await project.pipe('verify')).out).toMatch(/^all intact: 4 blobs, \d+ B\n$/);
  });

  test('drops what no artifact can give back, and the next run makes it again', async () => {
    const project = await builtProject(words);
    const lock = project.read('pipe.lock');
    const [bad, gone] = [blobOf(project, page), blobOf(project, list)];
    flipBit(bad);
    rmSync(gone);
    project.remove('artifacts');
    const { out, status } = await project.pipe('verify');
    expect(status).toBe(1);
    expect(out).toContain('missing     sha256:');
    expect(out).toContain('dropped: `pipe run` makes it again\n');
    expect((await project.pipe('verify')).out).toContain('note: 2 outputs of locks are not in this store\n');
    expect(await project.outcomes('run')).toEqual([
      'count@length=3 restored',
      'count@length=5 restored',
      'report ran',
      'words ran',
    ]);
    expect(project.read('pipe.lock')).toBe(lock);
    expect((await project.pipe('verify')).status).toBe(0);
  });

  test('puts a file back that an output directory has, and the listing of one', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  two: { cmd: 'echo 1 > {outputs.d}/a; echo 2 > {outputs.d}/b', outputs: { d: d/ } }
`,
    });
    await project.pipe('run');
    flipBit(blobOf(project, 'artifacts/two/d/b'));
    const listing = JSON.stringify(
      ['a', 'b'].map((name) => [name, digestOf(project.read(`artifacts/two/d/${name}`))]),
    );
    rmSync(blobPath(layoutOf(project.directory), digestOf(listing)));
    const { out } = await project.pipe('verify');
    expect(out).toContain('artifacts/two/d/b (two.d)\n            put back from artifacts\n');
    expect(out).toContain('artifacts/two/d (two.d)\n            put back from artifacts\n');
    expect((await project.pipe('verify')).status).toBe(0);
  });

  test('wants --rerun with tasks', async () => {
    const { err, status } = await newProject(words).pipe('verify', 'report');
    expect(err).toContain("hint: pipe verify --rerun 'report'");
    expect(status).toBe(2);
  });
});

describe('verify --rerun', () => {
  /** A stage of a module that gives other values each time, and one of a command. */
  const restless = (): Record<string, string> => ({
    'stages/draw.ts': `
      import { z } from 'zod';
      import { defineStage } from 'pipewright/stage';
      import { writeArrow } from 'pipewright/arrow';
      import { existsSync, writeFileSync } from 'node:fs';
      export default defineStage({
        params: z.object({}), axes: z.object({}), inputs: {}, outputs: ['maps'],
        async run({ outputs }) {
          const mark = 'MARK';
          const values = Float32Array.of(0, 1, 2, existsSync(mark) ? 3.5 : 3);
          writeFileSync(mark, '');
          await writeArrow(outputs.maps, {
            name: { type: 'utf8', values: ['a', 'b'] },
            map: { type: 'tensor', shape: [2], values },
          });
        },
      });`,
    'pipeline.yaml': `version: 1
stages:
  draw: { use: stages/draw.ts, outputs: { maps: maps.arrow } }
  same: { cmd: 'echo 1 > {outputs.a}', outputs: { a: a.txt } }
  clock: { cmd: 'date +%s%N > {outputs.t}', outputs: { t: t.txt } }
`,
  });

  test('says what comes out otherwise, and for an Arrow file in which tensor and by how much', async () => {
    const files = restless();
    const project = newProject({});
    files['stages/draw.ts'] = files['stages/draw.ts']!.replace('MARK', join(project.directory, 'mark'));
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    expect((await project.pipe('run')).status).toBe(0);
    const before = project.results();
    const { out, status } = await project.pipe('verify', '--rerun', '--jobs', '1');
    expect(steady(out)).toBe(
      `\
differs  draw
         artifacts/draw/maps.arrow: tensor map: 1 of 4 values differs, by at most 0.5 (row 1), the first in row 1
same     same (# s)
differs  clock
         artifacts/clock/t.txt: differs from byte # on, of 20 bytes
1 same, 2 differs
`.replace('byte #', /byte \d+/.exec(out)![0]),
    );
    expect(status).toBe(1);
    expect(project.results()).toEqual(before);
    expect(readdirSync(join(project.directory, 'cache/work'))).toEqual([]);
    expect((await project.pipe('verify')).status).toBe(0);
    expect((await project.pipe('verify', '--rerun', 'same')).status).toBe(0);
  });

  test('leaves out what is not up to date, and shows what fails', async () => {
    const project = await builtProject(words);
    setTop(project, 1);
    const { out, status } = await project.pipe('verify', '--rerun', 'count@length=3');
    expect(out).toContain('skipped  count@length=3: it is not up to date; `pipe run` it first\n');
    expect(status).toBe(2);
    const flaky = newProject({
      'pipeline.yaml': `version: 1
stages:
  once: { cmd: 'mkdir ran && echo 1 > {outputs.a}', outputs: { a: a.txt } }
`,
    });
    await flaky.pipe('run');
    const failed = await flaky.pipe('verify', '--rerun', '--json');
    expect(JSON.parse(failed.out)).toMatchObject({ task: 'once', type: 'failed', failure: { status: 1 } });
    expect(failed.status).toBe(1);
    expect((await flaky.pipe('verify', '--rerun')).out).toMatch(/failed {2}once: it ended[^]*cannot create/);
    expect(flaky.read('artifacts/once/a.txt')).toBe('1\n');
  });
});

describe('restore', () => {
  test('brings back what the lock says, so that nothing is to be done', async () => {
    const project = await builtProject(words);
    const before = project.results();
    project.remove('artifacts/count');
    project.write(page, 'mine');
    const { out, status } = await project.pipe('restore');
    expect(out).toBe('restored 3 outputs, 1 in place already\n');
    expect(status).toBe(0);
    expect(project.results()).toEqual(before);
    expect((await project.pipe('status')).out).toBe(`\
words   up to date
count   up to date (2)
report  up to date
nothing to do: all 4 tasks are up to date
`);
  });

  test('brings back directories, and makes no half of one', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  two: { cmd: 'mkdir {outputs.d}/b; echo 1 > {outputs.d}/a; echo 2 > {outputs.d}/b/c', outputs: { d: d/ } }
`,
    });
    await project.pipe('run');
    const before = project.results();
    project.remove('artifacts/two/d/a');
    project.write('artifacts/two/d/more', 'more');
    expect((await project.pipe('restore')).out).toBe(
      'restored 1 output, 0 in place already\n1 file in artifacts/two/d that no task made: moved to artifacts/.aside/two/d\n',
    );
    expect(project.read('artifacts/.aside/two/d/more')).toBe('more');
    project.remove('artifacts/.aside');
    expect(project.results()).toEqual(before);
    const lost = blobOf(project, 'artifacts/two/d/b/c');
    project.remove('artifacts/two/d/a');
    rmSync(lost);
    const left = project.results();
    expect((await project.pipe('restore')).status).toBe(1);
    expect(project.results()).toEqual(left);
  });

  test('says what the store no longer has, and what to run', async () => {
    const project = await builtProject(words);
    rmSync(blobOf(project, page));
    project.remove('artifacts');
    const { out, status } = await project.pipe('restore');
    expect(out).toBe(`\
restored 3 outputs, 0 in place already
1 output the store does not have:
  artifacts/report/report.md (report.page)
to make it again: pipe run report
`);
    expect(status).toBe(1);
    expect(JSON.parse((await project.pipe('restore', '--json')).out)).toEqual({
      type: 'finished',
      restored: 0,
      inPlace: 3,
      lost: [{ task: 'report', output: 'page', path: page }],
      moved: [],
      unbuilt: 0,
    });
    expect(await project.outcomes('run')).toEqual(['report ran']);
  });

  test('brings back a revision, which the lock says from then on', async () => {
    const project = await builtProject(words);
    const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: project.directory });
    git('init', '-q');
    git('add', 'pipe.lock', 'pipeline.yaml');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a');
    const before = project.results();
    setTop(project, 1);
    await project.pipe('run');
    const after = project.results();
    expect((await project.pipe('restore', 'HEAD')).status).toBe(0);
    expect(project.results()).toEqual({ ...before, 'pipeline.yaml': after['pipeline.yaml'] });
    expect((await project.pipe('why', 'report')).out).not.toContain('gone or was edited');
    expect(await project.outcomes('run')).toEqual([
      'count@length=3 restored',
      'count@length=5 restored',
      'report restored',
    ]);
    expect(project.results()).toEqual(after);
    await project.pipe('gc');
    const { out, status } = await project.pipe('restore', 'HEAD');
    expect(out).toContain('to make them again: git checkout HEAD && pipe run');
    expect(status).toBe(1);
    expect((await project.pipe('restore', 'nowhere')).err).toContain(
      'error: there is no git revision `nowhere`\nhint: give a git revision, or none for the lock as it lies here\n',
    );
  });

  test('is what a run does with an artifact that is gone, and status says no more than that', async () => {
    const project = newProject(words);
    await project.pipe('run');
    project.remove('artifacts/report/report.md');
    const { out } = await project.pipe('status', 'report');
    expect(out).toContain('1 to restore: artifacts/report/report.md is gone or was edited\n');
    project.remove('cache/store');
    const lost = await project.pipe('status', 'report', '--tasks');
    expect(lost.out).toContain(
      'artifacts/report/report.md is gone or was edited, and the store no longer has it\n',
    );
  });

  test('has nothing to bring back before a first run', async () => {
    const { err, status } = await newProject(words).pipe('restore');
    expect(err).toBe('error: there is no pipe.lock here, or nothing in it\nhint: `pipe run` makes it\n');
    expect(status).toBe(2);
  });
});
