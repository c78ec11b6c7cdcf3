import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectIn } from './project.ts';
import { editEach, threeStages } from './workspace.ts';

const repository = resolve(import.meta.dirname, '../..');
const place = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-package-')));
/** In which the package was installed, as a user would. */
const folder = join(place, 'folder');
let registry: Server;
let tarball: string;
let said: string;

/** A registry that has what the package depends on, from what is installed here, and nothing else. */
function registryOf(names: readonly string[]): Promise<Server> {
  const packages = new Map(
    names.map((name) => {
      const packed = npmPack(join(repository, 'node_modules', name));
      const manifest = JSON.parse(
        readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8'),
      ) as {
        version: string;
      };
      return [name, { packed, manifest }];
    }),
  );
  const server = createServer(({ url = '', headers }, response) => {
    const [, name = '', file] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+))?$/.exec(decodeURIComponent(url)) ?? [];
    const found = packages.get(name);
    if (found === undefined) {
      response.writeHead(404).end('{}');
      return;
    }
    if (file !== undefined) {
      response.end(readFileSync(found.packed));
      return;
    }
    const dist = { tarball: `http://${String(headers.host)}/${name}/-/${basename(found.packed)}` };
    const { version } = found.manifest;
    const versions = { [version]: { ...found.manifest, dist } };
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  });
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => {
      done(server);
    }),
  );
}

function npmPack(directory: string): string {
  const packs = mkdtempSync(join(place, 'pack-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', packs], { cwd: directory, stdio: 'pipe' });
  return join(packs, readdirSync(packs)[0]!);
}

/** Where only this is known of the machine: what npm keeps, asks and is told lies in the place. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: place,
    npm_config_cache: join(place, 'cache'),
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    npm_config_update_notifier: 'false',
  };
}

/** What a command prints that ends well. The registry is in this process, which has to go on meanwhile. */
async function run(...[command, ...args]: readonly [string, ...string[]]): Promise<string> {
  const child = spawn(command, args, { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  const status = await new Promise<number | null>((done) => child.on('close', done));
  expect(status, text).toBe(0);
  return text;
}

beforeAll(async () => {
  // Not here, where other tests use what is built.
  const copy = join(place, 'repository');
  for (const name of ['lib', 'stages', 'package.json', 'pipeline.yaml', 'tsconfig.json', '.npmrc', 'LICENSE'])
    cpSync(join(repository, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/\/(?:dist|node_modules|__pycache__)$/.test(path),
    });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  tarball = npmPack(join(copy, 'lib/pipe'));
  const { optionalDependencies } = JSON.parse(
    readFileSync(join(repository, 'node_modules/esbuild/package.json'), 'utf8'),
  ) as {
    optionalDependencies: object;
  };
  const binaries = Object.keys(optionalDependencies).filter((name) =>
    existsSync(join(repository, 'node_modules', name)),
  );
  registry = await registryOf(['esbuild', ...binaries]);
  mkdirSync(folder);
  said = await run('npm', 'install', tarball);
}, 300_000);

afterAll(() => {
  registry.close();
  rmSync(place, { recursive: true, force: true });
});

const sizeOf = (directory: string): number =>
  Number(execFileSync('du', ['-sk', directory], { encoding: 'utf8' }).split('\t')[0]);

test('the tarball installs in an empty folder, with no install script of ours, in at most 40 MB', () => {
  expect(said).not.toMatch(/\bERR|npm error/);
  const { scripts = {} } = JSON.parse(
    readFileSync(join(folder, 'node_modules/pipewright/package.json'), 'utf8'),
  ) as {
    scripts?: object;
  };
  expect(Object.keys(scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@esbuild',
    'esbuild',
    'pipewright',
  ]);
  expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(40_000);
});

test('the package has a page, a licence, and the licences of what is bundled', () => {
  const directory = join(folder, 'node_modules/pipewright');
  expect(readFileSync(join(directory, 'README.md'), 'utf8')).toMatch(/^# pipewright\n/);
  expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toContain('MIT License');
  const licences = readFileSync(join(directory, 'dist/LICENSES.txt'), 'utf8');
  for (const name of ['apache-arrow', 'commander', 'flatbuffers', 'tslib', 'yaml', 'zod'])
    expect(licences).toMatch(new RegExp(`^== ${name} `, 'm'));
});

test('npx pipe init and npx pipe run work where it was installed', async () => {
  await run('npx', 'pipe', 'init');
  expect(await run('npx', 'pipe', 'run')).toContain('done: 4 ran');
});

const smallest = `import { writeFile } from 'node:fs/promises';
import { defineStage } from 'pipewright/stage';

export default defineStage({
  outputs: ['greeting'],
  run: async ({ outputs }) => {
    await writeFile(outputs.greeting, 'hello\\n');
  },
});
`;

test('the smallest stage has ten lines, and runs', async () => {
  expect(smallest.split('\n').length - 1).toBeLessThanOrEqual(10);
  mkdirSync(join(folder, 'small'));
  writeFileSync(join(folder, 'small/greet.ts'), smallest);
  writeFileSync(
    join(folder, 'small/pipeline.yaml'),
    'version: 1\nstages:\n  greet: { use: greet.ts, outputs: { greeting: greeting.txt } }\n',
  );
  await run('npx', 'pipe', '-C', 'small', 'run');
  expect(readFileSync(join(folder, 'small/artifacts/greet/greeting.txt'), 'utf8')).toBe('hello\n');
});

const sample = `${smallest}
import { readArrow, writeArrow, type ArrowTable } from 'pipewright/arrow';
import { BadInput, type InputFile, type Schema, type StageTask } from 'pipewright/stage';

const params: Schema<{ rate: number }> = {
  '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value: value as { rate: number } }) },
};

export const typed = defineStage({
  params,
  inputs: { table: 'one', before: 'optional', all: 'many' },
  outputs: ['table'],
  run: async ({ params, inputs, outputs, progress }) => {
    const files: readonly InputFile[] = inputs.all;
    const before: string | undefined = inputs.before?.path;
    const table: ArrowTable = await readArrow(inputs.table.path);
    if (before === undefined && files.length > 0) throw new BadInput('nothing before');
    progress(1, 2, 'tables');
    // @ts-expect-error: no such output
    outputs.tabel;
    await writeArrow(outputs.table, { x: { type: 'float64', values: [params.rate, table.rows] } });
  },
});
export type Task = StageTask<typeof params, Schema, { table: 'one' }, 'table'>;
`;

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])(
  'its declarations are taken by tsc under module %s and moduleResolution %s',
  (module, moduleResolution) => {
    const directory = join(folder, `types-${moduleResolution}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(directory, 'stage.ts'), sample);
    const options = {
      module,
      moduleResolution,
      target: 'es2022',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
    };
    const types = { types: ['node'], typeRoots: [join(repository, 'node_modules/@types')] };
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, ...types } }),
    );
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    expect(execFileSync(process.execPath, [tsc, '-p', directory], { encoding: 'utf8' })).toBe('');
  },
);

test('three stages with a package of the workspace and a helper run again where an edit reaches', async () => {
  const directory = join(folder, 'workspace');
  mkdirSync(directory);
  const made = projectIn(directory, threeStages, join(directory, 'node_modules/pipewright/bin/pipe.js'));
  const dependencies = { pipewright: `file:${tarball}` };
  made.write('package.json', JSON.stringify({ type: 'module', workspaces: ['words'], dependencies }));
  await run('npm', 'install', '--prefix', directory);
  expect(lstatSync(join(directory, 'node_modules/@me/words')).isSymbolicLink()).toBe(true);
  await editEach(made);
});

test('the types of the template typescript hold', async () => {
  mkdirSync(join(folder, 'typed'));
  await run('npx', 'pipe', 'init', 'typed', '--template', 'typescript');
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['node', '../undici-types']) {
    const link = join(folder, 'node_modules/@types', name);
    if (!existsSync(link)) symlinkSync(join(repository, 'node_modules/@types', name), link);
  }
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, tsc, '-p', 'typed');
});
