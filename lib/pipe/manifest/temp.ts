import type { Path, Problem } from './diagnostic.ts';
import type { Stage } from './manifest.ts';
import type { Report } from './reference.ts';

/** What people look at cannot be gone by then. */
export function checkTemp({ outputs, metrics, plots, open }: Stage, report: Report): void {
  const shown = [
    ...metrics.map(({ output }) => ['metrics', output] as const),
    ...plots.map(({ output }) => ['plots', output] as const),
    ...(open === null ? [] : [['open', open] as const]),
  ];
  for (const { name, temp } of outputs) {
    const key = temp === true ? shown.find(([, output]) => output === name)?.[0] : undefined;
    if (key === undefined) continue;
    const message = `\`${name}\` stands under \`${key}\`, and would be gone when that is looked at`;
    report({ path: ['outputs', name, 'temp'], part: 'key', message, hint: 'take one of the two away' });
  }
}

/** An output that goes when it has been read, and that nothing reads. */
export function unreadTemps(stages: readonly Stage[]): Problem[] {
  const read = new Set(
    stages.flatMap(({ name, inputs, scan }) => [
      ...inputs.flatMap(({ source }) =>
        source.kind === 'output' ? [`${source.stage}.${source.output}`] : [],
      ),
      ...(scan?.carry ?? []).map(({ output }) => `${name}.${output}`),
    ]),
  );
  return stages.flatMap(({ name, outputs }) =>
    outputs
      .filter((output) => output.temp === true && !read.has(`${name}.${output.name}`))
      .map((output): Problem => {
        const path: Path = ['stages', name, 'outputs', output.name, 'temp'];
        const message = `no stage reads \`${name}.${output.name}\`, which is to go when it has been read`;
        return { path, part: 'key', message, hint: 'take `temp` away, or the output' };
      }),
  );
}
