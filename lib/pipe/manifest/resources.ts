import type { Problem } from './diagnostic.ts';
import type { RawManifest, RawStage } from './grammar.ts';
import type { Resources } from './manifest.ts';
import { checkName } from './name.ts';
import type { Report } from './reference.ts';
import { bytesOf, secondsOf } from './size.ts';
import { didYouMean, listed } from './suggest.ts';

/** What every task may ask for; the file names further ones. */
export const KNOWN_RESOURCES = ['threads', 'gpu', 'gpus', 'memory', 'time'] as const;

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
  walltime: 'time',
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
  const { threads = 1, gpu = 0, gpus = 0, memory = [], time = [], ...others } = raw ?? {};
  if (gpu > 0 && gpus > 0) {
    const hint = '`gpu` is a share of one, `gpus` are whole ones';
    report({ path: ['resources', 'gpu'], part: 'key', message: 'a stage has either `gpu` or `gpus`', hint });
  }
  const attempts = {
    memory: readList(memory, 'memory', report),
    time: readList(time, 'time', report),
  };
  const asked = attempts.memory.length + attempts.time.length > 0;
  for (const [name, amount] of Object.entries(others)) {
    if (!Object.hasOwn(own, name)) report(unknownResource(name, amount, own));
  }
  return { threads, gpu, gpus, memory: attempts.memory[0] ?? 0, own: others, ...(asked && { attempts }) };
}

type Amount = number | string;

/** What an amount can be, and what is said of what is none. */
const AMOUNTS = {
  memory: {
    of: bytesOf,
    what: 'size',
    hint: 'a size is a number of bytes, or has a unit: `500 MB`, `2 GB`, `1.5 GiB`',
  },
  time: {
    of: secondsOf,
    what: 'time',
    hint: 'a time is a number of seconds, or has a unit: `90 s`, `30 min`, `2 h`, `1 d`',
  },
} as const;

function readList(raw: Amount | readonly Amount[], name: keyof typeof AMOUNTS, report: Report): number[] {
  const { of, what, hint } = AMOUNTS[name];
  const list = Array.isArray(raw) ? (raw as readonly Amount[]) : [raw as Amount];
  return list.map((amount, index) => {
    const read = typeof amount === 'number' ? amount : of(amount);
    const path = ['resources', name, ...(Array.isArray(raw) ? [index] : [])];
    if (read === null) report({ path, message: `\`${String(amount)}\` is no ${what}`, hint });
    return read ?? 0;
  });
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
