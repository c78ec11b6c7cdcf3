/**
 * The build engine beside its peers on one graph: ten chains wide, task i runs
 * `cat in/i out/(i-10) > out/i`. Prints medians in seconds and our time over each peer's.
 *
 *   npm run bench -- [tasks=1000] [--runs 5] [--no-build] [--peers ninja,make,snakemake,dvc]
 *
 * Peers are used when they are on PATH (or in PEERS_BIN, a directory put before it).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  /** Writes its build file into `directory`. */
  readonly prepare: (directory: string, tasks: number) => void;
  readonly version: readonly string[];
}

const width = 10;

const peers: readonly Peer[] = [
  {
    name: 'pipe',
    command: [process.execPath, resolve('dist/pipe.js'), 'run', '--jobs', '2'],
    version: [process.execPath, resolve('dist/pipe.js'), '--version'],
    prepare(directory, tasks) {
      const steps = Array.from({ length: Math.ceil(tasks / width) }, (_, step) => step);
      writeFileSync(
        join(directory, 'pipeline.yaml'),
        `version: 1
params:
  chains: [${Array.from({ length: width }, (_, chain) => chain).join(', ')}]
  steps: [${steps.join(', ')}]
stages:
  link:
    cmd: cat {inputs.source} {inputs.previous} > {outputs.out}
    matrix: { chain: '\${chains}' }
    scan: { axis: step, values: '\${steps}', carry: { previous: out } }
    inputs: { source: { path: 'in/{step}-{chain}' } }
    outputs: { out: 'out/{step}-{chain}' }
`,
      );
    },
  },
  {
    name: 'ninja',
    command: ['ninja', '-j2', '--quiet'],
    version: ['ninja', '--version'],
    prepare(directory, tasks) {
      const lines = ['rule cat', '  command = cat $in > $out'];
      for (const [name, previous] of links(tasks)) {
        lines.push(`build out/${name}: cat in/${name}${previous === null ? '' : ` out/${previous}`}`);
      }
      writeFileSync(join(directory, 'build.ninja'), `${lines.join('\n')}\n`);
    },
  },
  {
    name: 'make',
    command: ['make', '-j2', '-s'],
    version: ['make', '--version'],
    prepare(directory, tasks) {
      const names = links(tasks);
      const lines = [`all: ${names.map(([name]) => `out/${name}`).join(' ')}`];
      for (const [name, previous] of names) {
        lines.push(`out/${name}: in/${name}${previous === null ? '' : ` out/${previous}`}`, '\tcat $^ > $@');
      }
      writeFileSync(join(directory, 'Makefile'), `${lines.join('\n')}\n`);
    },
  },
  {
    name: 'snakemake',
    command: ['snakemake', '--cores', '2', '--quiet', 'all', '--nolock'],
    version: ['snakemake', '--version'],
    prepare(directory, tasks) {
      const names = links(tasks);
      const lines = [
        `rule all:\n    input: ${names.map(([name]) => `"out/${name}"`).join(', ')}`,
        ...names.map(
          ([name, previous], i) =>
            `rule r${i}:\n    input: "in/${name}"${previous === null ? '' : `, "out/${previous}"`}\n` +
            `    output: "out/${name}"\n    shell: "cat {input} > {output}"`,
        ),
      ];
      writeFileSync(join(directory, 'Snakefile'), `${lines.join('\n')}\n`);
    },
  },
  {
    name: 'dvc',
    command: ['dvc', 'repro', '--quiet'],
    version: ['dvc', '--version'],
    prepare(directory, tasks) {
      const stages = links(tasks).map(([name, previous], i) => {
        const inputs = [`in/${name}`, ...(previous === null ? [] : [`out/${previous}`])];
        return `  s${i}:\n    cmd: cat ${inputs.join(' ')} > out/${name}\n    deps: [${inputs.join(', ')}]\n    outs: [out/${name}]`;
      });
      writeFileSync(join(directory, 'dvc.yaml'), `stages:\n${stages.join('\n')}\n`);
      spawnSync('dvc', ['init', '--no-scm', '--quiet'], { cwd: directory });
    },
  },
];

/** [name, name of the task before it in its chain] of every task. */
function links(tasks: number): (readonly [string, string | null])[] {
  return Array.from({ length: Math.ceil(tasks / width) * width }, (_, i) => {
    const step = Math.floor(i / width);
    const chain = i % width;
    return [`${step}-${chain}`, step === 0 ? null : `${step - 1}-${chain}`] as const;
  });
}

function seconds(peer: Peer, directory: string): number {
  const start = process.hrtime.bigint();
  const result = spawnSync(peer.command[0]!, peer.command.slice(1), { cwd: directory, encoding: 'utf8' });
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  if (result.status !== 0) throw new Error(`${peer.name} failed:\n${result.stdout}${result.stderr}`);
  return elapsed;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const { values: options, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    peers: { type: 'string', default: 'ninja,make,snakemake,dvc' },
  },
});
const tasks = Number(positionals[0] ?? '1000');
const wanted = new Set(['pipe', ...options.peers.split(',')]);
if (process.env.PEERS_BIN) process.env.PATH = `${process.env.PEERS_BIN}:${process.env.PATH ?? ''}`;

const root = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
const results: { name: string; version: string; build: number; nothing: number }[] = [];
try {
  const ready: { peer: Peer; directory: string; version: string; build: number; nothing: number[] }[] = [];
  for (const peer of peers.filter(({ name }) => wanted.has(name))) {
    const version = spawnSync(peer.version[0]!, peer.version.slice(1), { encoding: 'utf8' });
    if (version.error || version.status !== 0) {
      console.log(`${peer.name}: not installed, left out`);
      continue;
    }
    const directory = join(root, peer.name);
    mkdirSync(join(directory, 'in'), { recursive: true });
    mkdirSync(join(directory, 'out'));
    for (const [name] of links(tasks)) writeFileSync(join(directory, 'in', name), `${name}\n`);
    peer.prepare(directory, tasks);
    const build = seconds(peer, directory);
    ready.push({ peer, directory, version: version.stdout.trim().split('\n')[0]!, build, nothing: [] });
  }
  // Alternated, so that a noisy minute falls on all alike.
  for (let run = 0; run < Number(options.runs); run++) {
    for (const one of ready) one.nothing.push(seconds(one.peer, one.directory));
  }
  for (const { peer, version, build, nothing } of ready) {
    results.push({ name: peer.name, version, build, nothing: median(nothing) });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

const ours = results[0]!;
console.log(`\n${tasks} tasks, 2 jobs, median of ${options.runs} for "nothing to do"\n`);
console.log('                          run all  ours/theirs   nothing to do  ours/theirs');
for (const { name, version, build, nothing } of results) {
  console.log(
    `${`${name} (${version})`.slice(0, 24).padEnd(24)} ${build.toFixed(2).padStart(7)} s ${(ours.build / build).toFixed(2).padStart(10)} ` +
      `${nothing.toFixed(3).padStart(12)} s ${(ours.nothing / nothing).toFixed(2).padStart(12)}`,
  );
}
