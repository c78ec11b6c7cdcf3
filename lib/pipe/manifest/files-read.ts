import type { Manifest } from './manifest.ts';

/** The files beside `pipeline.yaml` that a pipeline was read from, project-relative. */
export function filesRead({ paramsFile, included }: Pick<Manifest, 'paramsFile' | 'included'>): string[] {
  return [paramsFile, ...included.flatMap(({ path, params }) => [path, params])].filter(
    (path) => path !== null,
  );
}
