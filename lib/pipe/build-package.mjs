// What the package holds beside the program: declarations, the licences of all that was bundled into it, and the
// study, as a template to begin with.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, normalize, relative, resolve, sep } from 'node:path';

/** Declarations of modules, and of what these need: nothing that is not in the package. */
export async function writeDeclarations(modules, directory) {
  await rm(directory, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = {
    outDir: directory,
    rootDir: '.',
    target: 'es2023',
    module: 'nodenext',
    types: 'node',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const switches = [
    'declaration',
    'emitDeclarationOnly',
    'strict',
    'skipLibCheck',
    'allowImportingTsExtensions',
  ];
  execFileSync(process.execPath, [tsc, ...flags, ...switches.map((name) => `--${name}`), ...modules], {
    stdio: 'inherit',
  });
  const reached = new Set(modules.map((module) => join(directory, module.replace(/\.ts$/, '.d.ts'))));
  for (const file of reached) {
    const text = await readFile(file, 'utf8');
    // Declarations name each other by what stands beside them when they are used.
    const renamed = text.replace(/(from |import\()'([^']+)'/g, (_, before, specifier) => {
      if (!/^\.\.?\/.*\.ts$/.test(specifier))
        throw new Error(`${file} needs ${specifier}, which is not in the package`);
      reached.add(normalize(join(file, '..', specifier.replace(/\.ts$/, '.d.ts'))));
      return `${before}'${specifier.replace(/\.ts$/, '.js')}'`;
    });
    await writeFile(file, renamed);
  }
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !reached.has(file)) await rm(file);
  }
}

/** Of every package that gave code, its licence as it lies in it. */
export async function writeLicences(modules, file) {
  const directories = modules.flatMap(
    (module) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(module)?.[0] ?? [],
  );
  const texts = await Promise.all(
    [...new Set(directories.map((each) => resolve(each)))].sort().map(licenceIn),
  );
  await writeFile(file, `The program holds code of these packages.\n\n${texts.join('\n')}`);
}

async function licenceIn(directory) {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files = (await readdir(directory))
    .filter((each) => /^(?:licen[cs]e|notice|copying)\b/i.test(each))
    .sort();
  if (files.length === 0) throw new Error(`${name} comes without the text of its licence`);
  const texts = await Promise.all(files.map((each) => readFile(join(directory, each), 'utf8')));
  return `== ${name} ${version} (${license})\n\n${texts.map((text) => text.trim()).join('\n\n')}\n`;
}

/** The study's sources as one file, path → text: what `pipe init --template study` writes. */
export async function writeStudy(repository, file) {
  const folders = ['lib/study', 'lib/compute', 'stages'];
  const listed = folders.map(async (folder) => {
    const entries = await readdir(join(repository, folder), { recursive: true, withFileTypes: true });
    const sources = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return sources.map((path) => relative(repository, path).split(sep).join('/'));
  });
  const paths = ['pipeline.yaml', '.npmrc', 'LICENSE', ...(await Promise.all(listed)).flat().sort()];
  const read = async (path) => [path, await readFile(join(repository, path), 'utf8')];
  const texts = Object.fromEntries(await Promise.all(paths.map(read)));
  texts['package.json'] = studyManifest(JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')));
  texts['tsconfig.json'] = studyTsconfig(
    JSON.parse(await readFile(join(repository, 'tsconfig.json'), 'utf8')),
  );
  await writeFile(file, JSON.stringify(texts));
}

/** What the study needs to run and to be checked, without what this repository needs to be worked on. */
function studyManifest({ devDependencies, ...manifest }) {
  const { license, type, engines, allowScripts, dependencies, peerDependencies, peerDependenciesMeta } =
    manifest;
  const kept = { license, type, engines, allowScripts, dependencies, peerDependencies, peerDependenciesMeta };
  const tools = ['@types/node', 'typescript'].map((name) => [name, devDependencies[name]]);
  const scripts = { types: 'tsc' };
  return text({ private: true, scripts, ...kept, devDependencies: Object.fromEntries(tools) });
}

/** The engine is installed there: its sources are not. */
function studyTsconfig({ compilerOptions }) {
  const { customConditions, incremental, tsBuildInfoFile, ...options } = compilerOptions;
  return text({ compilerOptions: options, include: ['lib', 'stages'] });
}

function text(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
