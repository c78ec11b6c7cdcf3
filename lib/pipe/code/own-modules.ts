import { readFileSync } from 'node:fs';
import * as stage from '../stage/index.ts';

/**
 * `pipewright/stage` is never bundled, nor found in `node_modules`: workers have it, so that a stage and the
 * program that runs it always agree, and what a stage is declared with is no part of what it means.
 * `pipewright/arrow` is taken from there where a project has no package of that name.
 */
export const OWN_NAMESPACE = 'pipewright';
export const STAGE_MODULE = 'pipewright/stage';
export const ARROW_MODULE = 'pipewright/arrow';

/** Under which workers keep both. */
export const OWN_MODULES = Symbol.for('pipewright modules');

export interface OwnModules {
  readonly stage: object;
  /** Loaded by the stages that want it. */
  readonly arrow: () => Promise<object>;
}

/** What `pipewright/arrow` exports; the module itself is large. */
export const ARROW_EXPORTS = ['readArrow', 'writeArrow'];

/** The text of a module that hands on what the worker has. */
export function ownModuleText(name: string): string {
  const kept = `globalThis[Symbol.for(${JSON.stringify(OWN_MODULES.description)})]`;
  return name === STAGE_MODULE
    ? `export const { ${Object.keys(stage).join(', ')} } = ${kept}.stage;`
    : `export const { ${ARROW_EXPORTS.join(', ')} } = await ${kept}.arrow();`;
}

/** The version of the program that runs. */
export function ownVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
