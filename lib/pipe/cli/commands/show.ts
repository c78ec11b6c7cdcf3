import { existsSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { bytes, count } from '../../report/quantity.ts';
import { table } from '../../report/table.ts';
import { hashFile } from '../../store/hash-file.ts';
import { openLock, type Lock } from '../../store/lock.ts';
import { listingOf } from '../../files/listing.ts';
import { EMPTY, filesBelow, treeDigest } from '../../store/tree.ts';
import { artifactsNamed, type Artifact } from '../artifact.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { arrowRows, type RowQuestion } from '../view/arrow-rows.ts';
import { fileView } from '../view/file-view.ts';
import type { ConfigurationOptions } from '../options.ts';

const LISTED_FILES = 20;

export interface ShowOptions extends ConfigurationOptions {
  readonly where: readonly string[];
  readonly columns?: string;
}

/** `pipe show`: what is in an artifact, and which task made it from what. */
export async function show(context: Context, name: string, options: ShowOptions): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  if (options.where.length > 0 || options.columns !== undefined)
    return showRows(context, configured, name, {
      where: options.where,
      columns: options.columns?.split(',').map((column) => column.trim()) ?? null,
    });
  const foreign = resolve(context.directory, name);
  if (isFile(foreign) && !isArtifact(configured, foreign)) return showForeign(context, foreign, name);
  const artifacts = artifactsNamed(context, configured, name);
  if (artifacts === null) return EXIT.mistake;
  const lock = openLock(configured.directory, configured.manifest.profile, configured.manifest.experiment);
  if (artifacts.length > 1) return listArtifacts(context, configured, artifacts);
  return showArtifact(context, configured, artifacts[0]!, lock);
}

/** Only rows of a table, and all their digits. */
async function showRows(
  context: Context,
  configured: Configured,
  name: string,
  question: RowQuestion,
): Promise<number> {
  const foreign = resolve(context.directory, name);
  const artifacts = isFile(foreign) ? null : artifactsNamed(context, configured, name);
  if (!isFile(foreign) && artifacts === null) return EXIT.mistake;
  const paths = artifacts?.map(({ path }) => join(configured.directory, path)) ?? [foreign];
  const [path] = paths;
  if (path === undefined || paths.length > 1)
    return mistake(context, `\`${name}\` is ${paths.length} files`, `name one: pipe show '${name}'`);
  if (!existsSync(path)) return mistake(context, `${name} has not been made yet`);
  if (extname(path) !== '.arrow')
    return mistake(context, `${name} is no table`, 'rows and columns are those of an Arrow file');
  const answer = await arrowRows(path, question);
  if ('problem' in answer) return mistake(context, `${name}: ${answer.problem}`, answer.hint);
  print(context, answer);
  return EXIT.ok;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isArtifact({ directory, graph }: Configured, path: string): boolean {
  return graph.tasks.some(({ outputs }) =>
    outputs.some((output) => {
      const place = join(directory, output.path);
      return path === place || (output.directory && path.startsWith(`${place}/`));
    }),
  );
}

/** A file that no task makes is worth a look, too. */
async function showForeign(context: Context, path: string, name: string): Promise<number> {
  print(context, [context.style.colors.bold(name), ...(await contentLines(path))]);
  return EXIT.ok;
}

function listArtifacts(context: Context, { directory }: Configured, artifacts: readonly Artifact[]): number {
  const rows = artifacts.map(({ task, output, path }) => [
    `${task.id}.${output.name}`,
    path,
    sizeText(directory, path),
  ]);
  print(context, table([['artifact', 'path', 'size'], ...rows]));
  return EXIT.ok;
}

async function showArtifact(
  context: Context,
  { directory }: Configured,
  { task, output, path }: Artifact,
  lock: Lock,
): Promise<number> {
  const place = join(directory, path);
  const record = lock.get(task.id);
  if (!existsSync(place)) {
    const message = record === null ? `${path} has not been made yet` : `${path} does not lie here`;
    return mistake(context, message, `pipe run '${task.id}'`);
  }
  const recorded = record?.outputs[output.name];
  const whole = path === output.path;
  const digest = digestAt(place);
  const edited = whole && recorded !== undefined && recorded !== digest;
  print(context, [
    context.style.colors.bold(path),
    ...table([
      ['  made by', task.id],
      ['  fingerprint', record?.fingerprint ?? 'not in the lock'],
      ['  digest', digest + (edited ? ' (not what was recorded: it was edited)' : '')],
      ['  size', sizeText(directory, path)],
    ]),
    '',
    ...(await contentLines(place)),
  ]);
  return EXIT.ok;
}

function digestAt(place: string): string {
  if (!statSync(place).isDirectory()) return hashFile(place);
  const paths = listingOf(place);
  return treeDigest(
    paths.map((path) => ({ path, digest: path.endsWith('/') ? EMPTY : hashFile(join(place, path)) })),
  );
}

async function contentLines(place: string): Promise<string[]> {
  const stat = statSync(place);
  if (!stat.isDirectory()) {
    try {
      return await fileView(place, stat.size);
    } catch (error) {
      return [`cannot be read: ${(error as Error).message}`];
    }
  }
  const files = filesBelow(place);
  const rows = files.slice(0, LISTED_FILES).map((path) => [path, bytes(statSync(join(place, path)).size)]);
  const more = files.length - rows.length;
  return [count(files.length, 'file'), ...table(rows), ...(more > 0 ? [`and ${more} more`] : [])];
}

function sizeText(directory: string, path: string): string {
  const stat = statSync(join(directory, path), { throwIfNoEntry: false });
  if (stat === undefined) return 'not made yet';
  if (!stat.isDirectory()) return bytes(stat.size);
  const files = filesBelow(join(directory, path));
  const size = files.reduce((sum, file) => sum + statSync(join(directory, path, file)).size, 0);
  return `${bytes(size)} in ${count(files.length, 'file')}`;
}

function print(context: Context, lines: readonly string[]): void {
  for (const line of lines) context.out(`${line}\n`);
}
