import { dirname, join } from 'node:path';
import { realpathSync } from '../store/disk.ts';
import { didYouMean, listed } from '../manifest/suggest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { SiteDeclaration } from '../manifest/sites-grammar.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import type { OpenSite } from '../run/site.ts';
import { mistake, type Context } from './context.ts';
import type { Interruption } from './interrupt.ts';
import { userFiles } from './user-files.ts';
import { version } from './version.ts';

export interface SiteOptions {
  readonly on?: string;
  readonly detach?: true;
}

export type SiteChoice =
  | { readonly ok: true; readonly site: ((interrupted: Interruption) => Promise<OpenSite>) | null }
  /** What is wrong was printed. */
  | { readonly ok: false };

/** All sites, of `pipeline.yaml` and the user's own files, key by key; null when one of these has a mistake, which was printed. */
export function declaredSites(
  context: Context,
  directory: string,
  sites: Manifest['sites'] = {},
): ReadonlyMap<string, SiteDeclaration> | null {
  const files = userFiles(context, directory);
  if (files === null) return null;
  // Slurm needs no word about it.
  const all = new Map<string, SiteDeclaration>([['slurm', {}]]);
  for (const layer of [sites, ...files.map(({ sites: own }) => own)])
    for (const [name, site] of Object.entries(layer)) all.set(name, { ...all.get(name), ...site });
  return all;
}

/** The site that `--on` names, as `pipeline.yaml` and the user's own files declare it, key by key. */
export function chosenSite(
  context: Context,
  directory: string,
  { sites = {} }: Pick<Manifest, 'sites'>,
  { on, detach }: SiteOptions,
  remote: RemoteSettings | null,
): SiteChoice {
  if (on === undefined) {
    if (detach !== true) return { ok: true, site: null };
    mistake(context, '--detach leaves jobs to a site; `--on` says to which');
    return { ok: false };
  }
  const declared = declaredSites(context, directory, sites);
  if (declared === null) return { ok: false };
  const site = declared.get(on);
  if (site === undefined) {
    const names = [...declared.keys()];
    mistake(context, `--on ${on}: there is no such site`, didYouMean(on, names) ?? `sites: ${listed(names)}`);
    return { ok: false };
  }
  const wanting = (['submit', 'status', 'cancel'] as const).filter((key) => (site[key] ?? '') === '');
  if (site.engine === 'command' && wanting.length > 0) {
    const keys = listed(wanting);
    mistake(
      context,
      `--on ${on}: an engine that is known by its commands needs ${keys}`,
      'docs/cluster.md has an example',
    );
    return { ok: false };
  }
  if (site.project !== undefined && remote?.write !== true) {
    const why =
      remote === null
        ? 'none is named (`remote: https://…`)'
        : `${remote.url}, which ${remote.from} names, is only read from (\`write: true\`)`;
    const what = `--on ${on}: jobs that share no files with this machine meet it in a remote cache, and ${why}`;
    mistake(context, what, 'docs/cluster.md has an example');
    return { ok: false };
  }
  return {
    ok: true,
    site: async (interrupted) => {
      const { clusterSite } = await import('../sites/open.ts');
      const program = join(dirname(realpathSync(process.argv[1]!)), '..', 'dist', 'pipe.js');
      const leaves = () => detach === true || interrupted.hungUp();
      const meeting = site.project === undefined ? null : remote;
      return clusterSite(on, site, {
        ...{ detach: detach === true, leaves, program, version: version(), meeting },
      });
    },
  };
}
