import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { loadPipeline } from '../graph/load.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Source } from '../manifest/source.ts';
import { formatDiagnostic } from '../report/diagnostic.ts';
import { mistake, type Context } from './context.ts';
import { findProject } from './locate.ts';
import { MANIFEST_FILE } from '../store/layout.ts';
import type { ConfigurationOptions } from './options.ts';

/** A project's `pipeline.yaml`, read and expanded. */
export interface Configured {
  /** Absolute path of the directory that holds it. */
  readonly directory: string;
  readonly text: string;
  readonly source: Source;
  readonly manifest: Manifest;
  readonly graph: Graph;
  /** Warnings were printed. */
  readonly warned: boolean;
}

/** Null after printing what is wrong. */
export function configure(context: Context, options: ConfigurationOptions): Configured | null {
  const directory = findProject(context);
  return directory === null ? null : configureIn(context, directory, options);
}

/** The same in a directory that is known. */
export function configureIn(
  context: Context,
  directory: string,
  { profile, set }: ConfigurationOptions,
): Configured | null {
  const text = textOf(context, join(directory, MANIFEST_FILE));
  if (text === null) return null;
  const loaded = loadPipeline(text, { file: MANIFEST_FILE, profile, sets: set });
  if (!loaded.ok) {
    printDiagnostics(context, loaded.diagnostics, text);
    return null;
  }
  const { manifest, graph, source, warnings } = loaded;
  printDiagnostics(context, warnings, text);
  return { directory, text, source, manifest, graph, warned: warnings.length > 0 };
}

/** Null after saying why there is none. */
function textOf(context: Context, file: string): string | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    mistake(context, `cannot read ${file}: ${(error as Error).message}`);
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
