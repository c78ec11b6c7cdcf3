import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectDirectory } from '../../../lib/pipe/cli/locate.ts';

test('the nearest pipeline.yaml upwards counts', () => {
  const top = mkdtempSync(join(tmpdir(), 'pipe-locate-'));
  onTestFinished(() => {
    rmSync(top, { recursive: true });
  });
  mkdirSync(join(top, 'a/b/c'), { recursive: true });
  expect(projectDirectory(join(top, 'a/b/c'))).toBe(null);
  writeFileSync(join(top, 'pipeline.yaml'), '');
  expect(projectDirectory(join(top, 'a/b/c'))).toBe(top);
  expect(projectDirectory(top)).toBe(top);
  writeFileSync(join(top, 'a/b/pipeline.yaml'), '');
  expect(projectDirectory(join(top, 'a/b/c'))).toBe(join(top, 'a/b'));
});
