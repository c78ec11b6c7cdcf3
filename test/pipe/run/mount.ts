import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { onTestFinished, type TestContext } from 'vitest';

/** A small file system of its own at a directory, until the test ends; the test is skipped where it may not be. */
export function mountSmall(context: TestContext, directory: string, size: string): void {
  mkdirSync(directory, { recursive: true });
  mount(context, directory, ['-t', 'tmpfs', '-o', `size=${size}`, 'none', directory]);
}

/**
 * Makes a directory read-only, for root too, who does not heed permissions. The returned function makes it
 * writable again.
 */
export function mountReadOnly(context: TestContext, directory: string): () => void {
  const unmount = mount(context, directory, ['--bind', directory, directory]);
  mount(context, directory, ['-o', 'remount,ro,bind', directory]);
  return unmount;
}

function mount(context: TestContext, directory: string, args: readonly string[]): () => void {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) context.skip(`mounting is not permitted here: ${error?.message ?? stderr}`);
  let mounted = true;
  const unmount = () => {
    if (mounted) spawnSync('umount', ['--lazy', directory]);
    mounted = false;
  };
  onTestFinished(unmount);
  return unmount;
}
