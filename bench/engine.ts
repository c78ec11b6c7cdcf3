/**
 * The build engine beside its peers on one graph: ten chains wide, task i runs
 * `cat in/i out/(i-10) > out/i`. For each number of tasks a table: running all of them once, and the median
 * of finding nothing to do; elapsed and processor seconds, and ours over each peer's. Processor time says
 * more than the clock on a machine that does other things too.
 *
 *   npm run bench -- [tasks...] [--runs 5] [--limit 600] [--peers ninja,make,snakemake,dvc]
 *
 * Peers are used when they are on PATH (or in PEERS_BIN, a directory put before it). One that has not run
 * everything within `--limit` seconds is stopped, and compared with that.
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
  /** Tasks beyond which it takes hours. */
  readonly most?: number;
}

const chains = 10;

const peers: readonly Peer[] = [
  {
    name: 'pipe',
    command: [process.execPath, resolve('lib/pipe/dist/pipe.js'), 'run', '--jobs', '2'],
    version: [process.execPath, resolve('lib/pipe/dist/pipe.js'), '--version'],
    prepare(directory, tasks) {
      const steps = Array.from({ length: Math.ceil(tasks / chains) }, (_, step) => step);
      writeFileSync(
        join(directory, 'pipeline.yaml'),
        `version: 1
params:
  chains: [${Array.from({ length: chains }, (_, chain) => chain).join(', ')}]
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
    most: 1000,
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
    most: 1000,
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
  return Array.from({ length: Math.ceil(tasks / chains) * chains }, (_, i) => {
    const step = Math.floor(i / chains);
    const chain = i % chains;
    return [`${step}-${chain}`, step === 0 ? null : `${step - 1}-${chain}`] as const;
  });
}

interface Took {
  /** Elapsed seconds. */
  readonly wall: number;
  /** Seconds of processor time, its child processes included. */
  readonly cpu: number;
}

/** The shell tells what its children took. A tool stopped at the limit took that long, or longer. */
const measured = '"$@" > /dev/null; status=$?; times >&2; exit $status';

function take({ name, command }: Peer, directory: string, limit: number): Took & { readonly cut: boolean } {
  const start = process.hrtime.bigint();
  const args = ['-c', measured, 'sh', 'timeout', String(limit), ...command];
  const { status, stderr } = spawnSync('sh', args, { cwd: directory, encoding: 'utf8' });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const cut = status === 124;
  if (status !== 0 && !cut) throw new Error(`${name} failed:\n${stderr}`);
  const children = stderr.trimEnd().split('\n').at(-1)!;
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return { wall, cpu: cpu.reduce((sum, part) => sum + part, 0), cut };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

interface Result {
  readonly name: string;
  readonly build: Took & { readonly cut: boolean };
  /** Null for a tool that never came to its end. */
  readonly nothing: Took | null;
}

function compare(tasks: number, wanted: readonly Peer[], runs: number, limit: number): Result[] {
  const root = mkdtempSync(join(tmpdir(), 'pipe-bench-'));
  try {
    const ready = wanted.map((peer) => {
      const directory = join(root, peer.name);
      mkdirSync(join(directory, 'in'), { recursive: true });
      mkdirSync(join(directory, 'out'));
      for (const [name] of links(tasks)) writeFileSync(join(directory, 'in', name), `${name}\n`);
      peer.prepare(directory, tasks);
      return { peer, directory, build: take(peer, directory, limit), looks: [] as Took[] };
    });
    // Alternated, so that a noisy minute falls on all alike.
    for (let run = 0; run < runs; run++) {
      for (const { peer, directory, build, looks } of ready) {
        if (!build.cut) looks.push(take(peer, directory, limit));
      }
    }
    return ready.map(({ peer, build, looks }) => {
      const middle = (of: keyof Took) => median(looks.map((took) => took[of]));
      const nothing = looks.length === 0 ? null : { wall: middle('wall'), cpu: middle('cpu') };
      return { name: peer.name, build, nothing };
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Of one column of the table. */
const width = 20;

/** Elapsed seconds with our ratio, then the same of processor time. */
function cells(took: Took | null, ours: Took | null, digits: number, cut = false): string {
  if (took === null || ours === null) return '-'.padStart(width).repeat(2);
  const cell = (of: keyof Took) => {
    // The shell counts hundredths of seconds.
    const ratio = took[of] === 0 ? '' : `(${cut ? '<' : ''}${(ours[of] / took[of]).toFixed(2)})`;
    return `${cut ? '>' : ''}${took[of].toFixed(digits)} s ${ratio.padStart(8)}`.padStart(width);
  };
  return cell('wall') + cell('cpu');
}

const { values: options, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    limit: { type: 'string', default: '600' },
    peers: { type: 'string', default: 'ninja,make,snakemake,dvc' },
  },
});
if (process.env.PEERS_BIN) process.env.PATH = `${process.env.PEERS_BIN}:${process.env.PATH ?? ''}`;
const asked = ['pipe', ...options.peers.split(',')];
const installed = peers
  .filter(({ name }) => asked.includes(name))
  .filter(({ name, version: [program, ...args] }) => {
    const { error, status, stdout } = spawnSync(program!, args, { encoding: 'utf8' });
    const there = error === undefined && status === 0;
    console.log(`${name}: ${there ? stdout.trim().split('\n')[0]! : 'not installed, left out'}`);
    return there;
  });

for (const tasks of positionals.length === 0 ? [1000, 10_000] : positionals.map(Number)) {
  const wanted = installed.filter(({ most }) => most === undefined || tasks <= most);
  const results = compare(tasks, wanted, Number(options.runs), Number(options.limit));
  const ours = results[0]!;
  console.log(`\n${tasks} tasks, 2 jobs; seconds, and in parentheses ours over theirs`);
  const columns = ['run all', 'processor', 'nothing to do', 'processor'];
  console.log(`${''.padEnd(10)}${columns.map((column) => column.padStart(width)).join('')}`);
  for (const { name, build, nothing } of results) {
    console.log(
      `${name.padEnd(10)}${cells(build, ours.build, 2, build.cut)}${cells(nothing, ours.nothing, 3)}`,
    );
  }
}
