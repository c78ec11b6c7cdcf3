// What the package holds beside the program: declarations, and the licences of all that was bundled into it.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, normalize } from 'node:path';

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
export async function writeLicences({ outputs }, file) {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const directories = inputs.flatMap(
    (input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? [],
  );
  const texts = await Promise.all([...new Set(directories)].sort().map(licenceIn));
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
