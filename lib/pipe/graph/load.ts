import { inOrder, type Diagnostic } from '../manifest/diagnostic.ts';
import { loadManifest, type LoadOptions } from '../manifest/load.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Source } from '../manifest/source.ts';
import { expandGraph } from './expand.ts';
import type { Graph } from './graph.ts';

export type Pipeline =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      readonly graph: Graph;
      readonly source: Source;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** From the text of `pipeline.yaml` to its tasks, or to all that is wrong with it. */
export function loadPipeline(text: string, options: LoadOptions): Pipeline {
  const loaded = loadManifest(text, options);
  if (!loaded.ok) return loaded;
  const { manifest, source, warnings } = loaded;
  const expanded = expandGraph(manifest);
  if (expanded.ok) return { ok: true, manifest, graph: expanded.graph, source, warnings };
  const errors = expanded.problems.map((problem) => source.diagnose(problem));
  return { ok: false, diagnostics: inOrder([...warnings, ...errors]) };
}
