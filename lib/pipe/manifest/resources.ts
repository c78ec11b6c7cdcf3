import type { Problem } from './diagnostic.ts';
import type { RawManifest, RawStage } from './grammar.ts';
import type { Resources } from './manifest.ts';
import { checkName } from './name.ts';
import type { Report } from './reference.ts';
import { bytesOf } from './size.ts';
import { didYouMean, listed } from './suggest.ts';

/** What every task may ask for; the file names further ones. */
export const KNOWN_RESOURCES = ['threads', 'gpu', 'gpus', 'memory'] as const;

/** What other tools call them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  cpu: 'threads',
  cpus: 'threads',
  cores: 'threads',
  jobs: 'threads',
  mem: 'memory',
  mem_mb: 'memory: 500 MB',
  mem_gb: 'memory: 4 GB',
  ram: 'memory',
  cuda: 'gpus',
  nvidia_gpu: 'gpus',
};

/** What the file says there is of resources of its own. */
export function readOwnResources(
  raw: RawManifest['resources'],
  report: Report,
): Readonly<Record<string, number>> {
  const names: readonly string[] = KNOWN_RESOURCES;
  for (const name of Object.keys(raw ?? {})) {
    const place = { path: ['resources', name], part: 'key' } as const;
    if (!names.includes(name)) checkName(name, 'resource', place, report);
    else {
      const hint = 'how many threads, GPUs and how much memory there are is for `pipe run` to say';
      report({ ...place, message: `\`${name}\` cannot name a resource of the file`, hint });
    }
  }
  return raw ?? {};
}

/** What a task holds. `own` are resources that the file declares; null where it does not say which they are. */
export function readResources(
  raw: RawStage['resources'],
  own: Readonly<Record<string, number>>,
  report: Report,
): Resources {
  const { threads = 1, gpu = 0, gpus = 0, memory = 0, ...others } = raw ?? {};
  if (gpu > 0 && gpus > 0) {
    const hint = '`gpu` is a share of one, `gpus` are whole ones';
    report({ path: ['resources', 'gpu'], part: 'key', message: 'a stage has either `gpu` or `gpus`', hint });
  }
  const bytes = typeof memory === 'number' ? memory : bytesOf(memory);
  if (bytes === null) {
    const hint = 'a size is a number of bytes, or has a unit: `500 MB`, `2 GB`, `1.5 GiB`';
    report({ path: ['resources', 'memory'], message: `\`${String(memory)}\` is no size`, hint });
  }
  for (const [name, amount] of Object.entries(others)) {
    if (!Object.hasOwn(own, name)) report(unknownResource(name, amount, own));
  }
  return { threads, gpu, gpus, memory: bytes ?? 0, own: others };
}

function unknownResource(name: string, amount: number, own: Readonly<Record<string, number>>): Problem {
  const known = [...KNOWN_RESOURCES, ...Object.keys(own)];
  const declare = `one of its own the file declares at its top: \`resources: { ${name}: ${amount} }\``;
  const hint =
    (Object.hasOwn(ELSEWHERE, name) ? `it is \`${ELSEWHERE[name]!}\`` : undefined) ??
    didYouMean(name, known) ??
    `known here: ${listed(known)}; ${declare}`;
  return { path: ['resources', name], part: 'key', message: `there is no resource \`${name}\``, hint };
}
