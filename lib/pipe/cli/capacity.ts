import { availableParallelism } from 'node:os';
import type { StatedCapacity } from '../execute/capacity.ts';
import { KNOWN_RESOURCES } from '../manifest/resources.ts';
import { didYouMean, listed } from '../manifest/suggest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { mistake, type Context } from './context.ts';
import type { CapacityOptions } from './options.ts';

export interface Stated {
  readonly jobs: number;
  readonly capacity: StatedCapacity;
}

/** What the options say there is; null after saying which resource there is none of. */
export function statedCapacity(
  context: Context,
  { resources }: Pick<Manifest, 'resources'>,
  { jobs, gpus, memory, resource: own = {} }: CapacityOptions,
): Stated | null {
  const known = Object.keys(resources);
  const stranger = Object.keys(own).find((name) => !known.includes(name));
  if (stranger === undefined) {
    return { jobs: jobs ?? availableParallelism(), capacity: { jobs, gpus, memory, own } };
  }
  const amount = String(own[stranger]);
  mistake(context, `--resource ${stranger}=${amount}: there is no resource \`${stranger}\``, hint());
  return null;

  function hint(): string {
    if (stranger === 'threads') return `it is \`--jobs ${amount}\``;
    if (stranger === 'time') return 'how long a task may take counts on a cluster only';
    if (stranger === 'gpu') return `it is \`--gpus ${amount}\``;
    if ((KNOWN_RESOURCES as readonly string[]).includes(stranger!))
      return `it is \`--${stranger!} ${amount}\``;
    if (known.length > 0) return didYouMean(stranger!, known) ?? `pipeline.yaml has ${listed(known)}`;
    return `pipeline.yaml declares it at its top: \`resources: { ${stranger!}: ${amount} }\``;
  }
}
