import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { axisFiles } from '../files/axis-files.ts';
import type { Graph } from '../graph/graph.ts';
import { loadPipeline } from '../graph/load.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Source } from '../manifest/source.ts';
import { formatDiagnostic } from '../report/diagnostic.ts';
import { mistake, type Context } from './context.ts';
import { namedExperiment } from './experiments.ts';
import { findProject } from './locate.ts';
import { readFileSync } from '../store/disk.ts';
import { MANIFEST_FILE } from '../store/layout.ts';
import type { ConfigurationOptions } from './options.ts';

/** A project's `pipeline.yaml`, read and expanded. */
export interface Configured {
  /** Absolute path of the directory that holds it. */
  readonly directory: string;
  readonly text: string;
  /** That, and the texts of the other files that it is written in. */
  readonly asked: string;
  readonly source: Source;
  readonly manifest: Manifest;
  readonly graph: Graph;
  /** What `--set` gave, or the experiment has. */
  readonly set: readonly string[];
  /** Warnings were printed. */
  readonly warned: boolean;
}

/** Null after printing what is wrong. */
export function configure(
  context: Context,
  options: ConfigurationOptions,
  found: 'found' | 'made' = 'found',
): Configured | null {
  const directory = findProject(context);
  if (directory === null) return null;
  const named = namedExperiment(context, directory, options, found === 'made');
  return named === null ? null : configureIn(context, directory, named);
}

/** The same in a directory that is known. */
export function configureIn(
  context: Context,
  directory: string,
  { profile, set, as: experiment }: ConfigurationOptions,
): Configured | null {
  const text = textOf(context, join(directory, MANIFEST_FILE));
  if (text === null) return null;
  const asked = [text];
  const read = (path: string): string | null => {
    const held = textIn(directory, path);
    asked.push(held ?? '');
    return held;
  };
  const list = (pattern: string) => axisFiles(directory, pattern);
  const loaded = loadPipeline(text, { file: MANIFEST_FILE, profile, sets: set, experiment, read, list });
  if (!loaded.ok) {
    printDiagnostics(context, loaded.diagnostics, text);
    return null;
  }
  const { manifest, graph, source, warnings } = loaded;
  printDiagnostics(context, warnings, text);
  const warned = warnings.length > 0;
  return { directory, text, asked: asked.join('\0'), source, manifest, graph, set, warned };
}

/** What `read` is for those who load a pipeline as it lies; null for a file that is not there, or no text. */
export function textIn(directory: string, path: string): string | null {
  try {
    const file = join(directory, path);
    const bytes = readFileSync(file);
    return isUtf8(bytes) ? bytes.toString() : null;
  } catch {
    return null;
  }
}

/** Null after saying why there is none. */
function textOf(context: Context, file: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The disk's own words for a pipe name it already.
    mistake(context, code === 'EINVAL' ? message : `cannot read ${file}: ${message}`);
    return null;
  }
  if (isUtf8(bytes)) return bytes.toString();
  mistake(context, `${file} is not a text in UTF-8`, 'save it in that encoding');
  return null;
}

export function printDiagnostics(context: Context, diagnostics: readonly Diagnostic[], text: string): void {
  for (const diagnostic of diagnostics) {
    context.err(`${formatDiagnostic(diagnostic, text, context.errStyle)}\n`);
  }
}
