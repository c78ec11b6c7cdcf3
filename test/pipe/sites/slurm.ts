import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const has = (name: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: path } }).status === 0;

/** Whether a Slurm can be started here. Its tests are left out elsewhere. */
export const hasSlurm = ['slurmctld', 'slurmd', 'sbatch', 'munged'].every(has);

/** Whether a folder can be seen late here, by a client of its own. */
export const hasLaggingMount = process.getuid?.() === 0 && ['sshfs', 'socat', 'unshare'].every(has);

/** What to say before a command that is to see a folder late, by so many seconds. */
export function laggingMount(seconds: number, folder: string): readonly string[] {
  return [join(import.meta.dirname, 'lagging-mount.sh'), String(seconds), folder];
}

/** A cluster of three nodes on this machine. */
export interface Slurm {
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  call(program: string, ...args: readonly string[]): string;
  /** Starts what does not run of it. */
  up(): void;
  stop(): void;
}

export function startSlurm(): Slurm {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-slurm-'));
  const settings = { ...process.env, PATH: path, SLURM_TEST_DIR: directory };
  const env = { PATH: path, SLURM_CONF: join(directory, 'slurm.conf') };
  const script = (name: string, ...args: readonly string[]): void => {
    execFileSync('bash', [join(import.meta.dirname, name), ...args], { env: settings, stdio: 'pipe' });
  };
  const up = (): void => {
    script('slurm-up.sh');
  };
  up();
  return {
    env,
    directory,
    up,
    call: (program, ...args) =>
      execFileSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' }),
    stop: () => {
      script('slurm-down.sh', '--purge');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
