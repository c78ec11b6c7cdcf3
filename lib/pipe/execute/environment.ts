import { cpus } from 'node:os';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What every program needs to start; none of it is to change what a task writes. */
const base = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];

/** The whole environment of a task: that minimum, and the variables its stage declares. */
export function taskEnvironment(outer: Variables, declared: readonly string[]): Record<string, string> {
  const pairs = [...base, ...declared].map((name) => [name, outer[name]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

/** The declared variables as the fingerprint has them. */
export function declaredValues(outer: Variables, declared: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(declared.map((name) => [name, outer[name] ?? null]));
}

/** What an answer about engines and devices may depend on. */
export function machineText(): string {
  return [process.version, process.platform, process.arch, cpus()[0]?.model ?? ''].join(' ');
}
