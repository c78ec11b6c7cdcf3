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
import type { Content } from '../view/content.ts';
import { contentJson, jsonText } from '../view/content-json.ts';
import { contentText, rowsText } from '../view/content-lines.ts';
import { isImage } from '../view/figure-names.ts';
import { pickRows, type RowQuestion } from '../view/pick-rows.ts';
import { picture, pictureWay } from '../view/picture.ts';
import { readContent } from '../view/read-content.ts';
import { treeText, type TreeFile } from '../view/tree-text.ts';
import type { ConfigurationOptions } from '../options.ts';

/** Entries of a level of a directory that are listed. */
const LISTED = 20;

export interface ShowOptions extends ConfigurationOptions {
  readonly where: readonly string[];
  readonly columns?: string;
  readonly rows?: number;
  readonly json?: true;
}

/** A file or a directory, and what task made it. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly artifact: Artifact | null;
}

/** `pipe show`: what is in an artifact, and which task made it from what. */
export async function show(context: Context, name: string, options: ShowOptions): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const foreign = resolve(context.directory, name);
  // What no task makes is worth a look, too; a name of a stage is one, whatever directory is called so.
  const named = configured.graph.tasks.some(({ id, stage }) => id === name || stage.name === name);
  if ((isFile(foreign) || (isDirectory(foreign) && !named)) && !isArtifact(configured, foreign))
    return showPlace(context, configured, { name, path: foreign, artifact: null }, options);
  const artifacts = artifactsNamed(context, configured, name);
  if (artifacts === null) return EXIT.mistake;
  const [artifact] = artifacts;
  if (artifact === undefined || artifacts.length > 1) {
    if (asksForRows(options))
      return mistake(context, `\`${name}\` is ${artifacts.length} files`, `name one: pipe show '${name}'`);
    return listArtifacts(context, configured, artifacts, options);
  }
  const path = join(configured.directory, artifact.path);
  return showPlace(context, configured, { name: artifact.path, path, artifact }, options);
}

function asksForRows({ where, columns }: ShowOptions): boolean {
  return where.length > 0 || columns !== undefined;
}

async function showPlace(
  context: Context,
  configured: Configured,
  place: Place,
  options: ShowOptions,
): Promise<number> {
  const { name, path, artifact } = place;
  if (!existsSync(path)) {
    const record = artifact && lockOf(configured).get(artifact.task.id);
    const passing = record !== null && artifact?.output.temp === true;
    const message = passing
      ? `${name} is temporary, and went when all that read it were done`
      : record === null
        ? `${name} has not been made yet`
        : `${name} does not lie here`;
    return mistake(context, message, `pipe run '${artifact?.task.id ?? ''}'`);
  }
  if (asksForRows(options)) return showRows(context, place, options);
  const made = artifact === null ? null : madeBy(configured, artifact, path);
  if (options.json === true) return showJson(context, place, made, options);
  print(context, [context.style.colors.bold(name), ...(made === null ? [] : [...madeLines(made), ''])]);
  await showContent(context, path, options);
  return EXIT.ok;
}

/** Only rows of a table, and all their digits. */
async function showRows(context: Context, { name, path }: Place, options: ShowOptions): Promise<number> {
  const question = questionOf(options);
  const content = statSync(path).isFile() ? await contentOf(path) : null;
  if (content !== null && 'problem' in content) return mistake(context, `${name}: ${content.problem}`);
  if (content?.kind !== 'table')
    return mistake(
      context,
      `${name} is no table`,
      'rows and columns are those of a table: Arrow, CSV, Parquet, …',
    );
  if (options.json === true) {
    const answer = contentJson(content, question);
    if ('problem' in answer) return mistake(context, `${name}: ${answer.problem}`, answer.hint);
    context.out(`${jsonText({ path: name, ...answer })}\n`);
    return EXIT.ok;
  }
  const answer = pickRows(content, question);
  if ('problem' in answer) return mistake(context, `${name}: ${answer.problem}`, answer.hint);
  print(context, rowsText(answer, content.rows));
  return EXIT.ok;
}

function questionOf({ where, columns, rows }: ShowOptions): RowQuestion {
  return { where, columns: columns?.split(',').map((column) => column.trim()) ?? null, rows: rows ?? null };
}

async function showJson(
  context: Context,
  { name, path }: Place,
  made: MadeBy | null,
  options: ShowOptions,
): Promise<number> {
  const stat = statSync(path);
  const content = stat.isDirectory() ? { kind: 'directory', files: treeFiles(path) } : await contentOf(path);
  if ('problem' in content) return mistake(context, `${name}: ${content.problem}`);
  const from = made === null ? {} : { ...made, sizeText: undefined };
  const told =
    content.kind === 'directory'
      ? content
      : contentJson(content as Content, options.rows === undefined ? null : questionOf(options));
  context.out(
    `${jsonText({ path: name, size: stat.isDirectory() ? undefined : stat.size, ...from, ...told })}\n`,
  );
  return EXIT.ok;
}

/** What is in a file; or why it cannot be read. */
async function contentOf(path: string): Promise<Content | { readonly problem: string }> {
  try {
    return await readContent(path);
  } catch (error) {
    return { problem: (error as Error).message.replace(`${path}: `, '') };
  }
}

async function showContent(context: Context, path: string, { rows }: ShowOptions): Promise<void> {
  const stat = statSync(path);
  if (stat.isDirectory()) {
    print(context, treeText(treeFiles(path), rows ?? LISTED));
    return;
  }
  const content = await contentOf(path);
  if ('problem' in content) {
    print(context, [`cannot be read: ${content.problem}`]);
    return;
  }
  print(context, contentText(content, stat.size, kindText(path), rows));
  if (content.kind !== 'image' || context.columns === undefined) return;
  const { style, env } = context;
  const way = pictureWay(env, style.colors.isColorSupported, style.unicode);
  const drawn = await picture(path, way, context.columns);
  if (drawn !== null) context.draw(drawn);
}

/** Of a file that is not looked into. */
function kindText(path: string): string {
  if (isImage(path)) return 'an image; for what is in it: npm install sharp';
  return extname(path) === '' ? 'a file without a known kind' : extname(path);
}

function treeFiles(path: string): TreeFile[] {
  return filesBelow(path).map((file) => ({ path: file, size: statSync(join(path, file)).size }));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isArtifact({ directory, graph }: Configured, path: string): boolean {
  return graph.tasks.some(({ outputs }) =>
    outputs.some((output) => {
      const place = join(directory, output.path);
      return path === place || (output.directory && path.startsWith(`${place}/`));
    }),
  );
}

function listArtifacts(
  context: Context,
  configured: Configured,
  artifacts: readonly Artifact[],
  { json }: ShowOptions,
): number {
  const { directory } = configured;
  const listed = artifacts.map(({ task, output, path }) => ({ artifact: `${task.id}.${output.name}`, path }));
  const lock = artifacts.some(({ output }) => output.temp === true) ? lockOf(configured) : null;
  const sizes = artifacts.map(({ task, output, path }) => {
    const went = output.temp === true && lock?.has(task.id) === true && !existsSync(join(directory, path));
    return went ? 'temporary, and gone' : sizeText(directory, path);
  });
  if (json === true) context.out(`${jsonText(listed)}\n`);
  else
    print(
      context,
      table([
        ['artifact', 'path', 'size'],
        ...listed.map(({ artifact, path }, index) => [artifact, path, sizes[index]!]),
      ]),
    );
  return EXIT.ok;
}

/** Where an artifact comes from. */
interface MadeBy {
  readonly task: string;
  /** Null: the lock does not know it. */
  readonly fingerprint: string | null;
  readonly digest: string;
  /** Whether it is not what the lock has recorded. */
  readonly edited: boolean;
  readonly sizeText: string;
}

function lockOf({ directory, manifest }: Configured): Lock {
  return openLock(directory, manifest.profile, manifest.experiment);
}

function madeBy(configured: Configured, { task, output, path }: Artifact, place: string): MadeBy {
  const record = lockOf(configured).get(task.id);
  const recorded = record?.outputs[output.name];
  const digest = digestAt(place);
  const edited = path === output.path && recorded !== undefined && recorded !== digest;
  const size = sizeText(configured.directory, path);
  return { task: task.id, fingerprint: record?.fingerprint ?? null, digest, edited, sizeText: size };
}

function madeLines({ task, fingerprint, digest, edited, sizeText: size }: MadeBy): string[] {
  return table([
    ['  made by', task],
    ['  fingerprint', fingerprint ?? 'not in the lock'],
    ['  digest', digest + (edited ? ' (not what was recorded: it was edited)' : '')],
    ['  size', size],
  ]);
}

function digestAt(place: string): string {
  if (!statSync(place).isDirectory()) return hashFile(place);
  const paths = listingOf(place);
  return treeDigest(
    paths.map((path) => ({ path, digest: path.endsWith('/') ? EMPTY : hashFile(join(place, path)) })),
  );
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
