// Bundles the command and its helpers. Which chunk a module lies in decides how many files a start reads and
// how much of them it parses, so the chunks are named here: each is what some way to begin needs, less what
// came before it.
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const entries = {
  pipe: 'cli/main.ts',
  worker: 'worker/worker.ts',
  'plan-thread': 'cli/plan-thread.ts',
  'run-commands': 'execute/run-commands.ts',
  stage: 'stage/index.ts',
  arrow: 'arrow/index.ts',
};

/** Writes the program into `directory`: the names of its files, and the modules that are in them. */
export async function buildProgram(directory) {
  const imports = new Map();
  const bundle = await rolldown({
    input: entries,
    platform: 'node',
    // Native code stays in node_modules.
    external: ['esbuild', 'sharp'],
    plugins: [{ name: 'imports', moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds) }],
  });
  const { output } = await bundle.write({
    dir: directory,
    format: 'esm',
    codeSplitting: { groups: chunksOf(imports) },
  });
  await bundle.close();
  return {
    files: output.map(({ fileName }) => fileName),
    modules: output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])),
  };
}

/** The chunks, those first that most begin with; `imports` is known when they are asked. */
function chunksOf(imports) {
  const isEntry = (id) => Object.values(entries).some((path) => resolve(path) === id);
  const reach = (...paths) => {
    let reached;
    return (id) => {
      reached ??= reachOf(
        imports,
        paths.map((path) => resolve(path)),
      );
      return reached.has(id);
    };
  };
  const task = reach(entries.worker, entries['run-commands'], entries.stage);
  const arrow = reach(entries.arrow);
  const nothingToDo = reach(entries.pipe, 'cli/commands/run.ts');
  const plan = reach('cli/commands/bring-up-to-date.ts', 'cli/commands/status.ts');
  // What several commands share, without libraries that few of them read.
  const few = (id) => /node_modules|[\\/](?:ui|remote)[\\/]/.test(id) || arrow(id) || readsArrow(id);
  const readsArrow = (id) => [...reachOf(imports, [id])].some((each) => /apache-arrow/.test(each));
  const chunks = [
    ['begin-shared', (id) => nothingToDo(id) && task(id)],
    ['begin', nothingToDo],
    ['plan-shared', (id) => plan(id) && task(id)],
    ['plan', plan],
    ['task', task],
    ['commands', (id) => !few(id), { minShareCount: 2 }],
  ];
  return chunks.map(([name, holds, bounds], index) => ({
    name,
    test: (id) => !isEntry(id) && holds(id),
    priority: chunks.length - index,
    ...bounds,
  }));
}

/** The modules that `starts` import, and those that these import; not what is imported when it is needed. */
function reachOf(imports, starts) {
  const reached = new Set(starts);
  for (const id of reached) for (const imported of imports.get(id) ?? []) reached.add(imported);
  return reached;
}
