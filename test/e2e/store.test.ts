import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';
import { words } from './words.ts';

/** Times and sizes replaced: how long something took is written down in it. */
function steady(text: string): string {
  return text.replace(/\b[\d.]+ (?=s\b|k?B\b)/g, '# ');
}

async function built(): Promise<Project> {
  const project = newProject(words);
  await project.pipe('run');
  return project;
}

function setTop(project: Project, top: number): void {
  project.write('pipeline.yaml', words['pipeline.yaml']!.replace('top: 2', `top: ${top}`));
}

describe('gc', () => {
  test('frees what no lock needs, and says what it would take to make it again', async () => {
    const project = await built();
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
    const project = await built();
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

  test('frees logs of old runs, except those that why tells of', async () => {
    const project = await built();
    const runs = (): string[] => readdirSync(join(project.directory, 'cache/local/runs')).sort();
    const [first] = runs();
    for (let run = 0; run < 22; run++) await project.pipe('run');
    expect((await project.pipe('gc', '--max-age', '1h')).out).toMatch(/^nothing to free\n/);
    expect((await project.pipe('gc')).out).toContain('2 files: 2 run logs\n');
    expect(runs()).toHaveLength(21);
    expect(runs()[0]).toBe(first);
  });
});
