import { readFile } from 'node:fs/promises';
import { readCifar10, readCifar100 } from './cifar.ts';
import { DataError } from './data-error.ts';
import type { Dataset } from './dataset.ts';
import { readFolder } from './folder.ts';
import { readFashionMnist } from './idx.ts';
import { download, isDownloadable, openArchive } from './official.ts';
import type { DatasetParams } from './params.ts';
import { drawShapes } from './shapes/draw.ts';
import { diskFile } from './source.ts';
import type { Source, SourceFile } from './source.ts';
import { splitSource } from './split.ts';

export interface LoadOptions {
  /** The files that `path` names: where they are, and what they are called. */
  readonly files: readonly { readonly path: string; readonly name: string }[];
  readonly signal: AbortSignal;
  log(line: string): void;
}

async function openFiles(files: LoadOptions['files']): Promise<SourceFile[]> {
  const opened = await Promise.all(
    files.map(async ({ path, name }) =>
      /\.(tar\.gz|tgz)$/.test(name) ? openArchive(name, await readFile(path)) : [diskFile(path, name)],
    ),
  );
  return opened.flat();
}

async function sourceFiles(params: DatasetParams, options: LoadOptions): Promise<SourceFile[]> {
  if (options.files.length > 0) return openFiles(options.files);
  if (params.download && isDownloadable(params.name)) {
    return download(
      params.name,
      (line) => {
        options.log(line);
      },
      options.signal,
    );
  }
  const offer = isDownloadable(params.name) ? ', or `download` to true' : '';
  throw new DataError(`data set ${params.name}: set its \`path\`${offer}`);
}

async function readSource(params: DatasetParams, options: LoadOptions): Promise<Source> {
  switch (params.name) {
    case 'shapes':
      return drawShapes({
        seed: params.seed,
        train: params.train! + params.validation,
        test: params.test!,
      });
    case 'cifar10':
      return readCifar10(await sourceFiles(params, options));
    case 'cifar100':
      return readCifar100(await sourceFiles(params, options));
    case 'fashion-mnist':
      return readFashionMnist(await sourceFiles(params, options));
    case 'folder':
      return readFolder(await sourceFiles(params, options), params.size!);
  }
}

/** The data set that the parameters describe, split and measured. */
export async function loadDataset(params: DatasetParams, options: LoadOptions): Promise<Dataset> {
  const dataset = splitSource(await readSource(params, options), params);
  return { ...dataset, ...normalisation(params, dataset.train.channels) };
}

/** That of a net which was trained elsewhere, where it is given. */
function normalisation(
  { mean, std }: DatasetParams,
  channels: number,
): Partial<Pick<Dataset, 'mean' | 'std'>> {
  if (mean === null || std === null) return {};
  for (const [name, values] of Object.entries({ mean, std }))
    if (values.length !== channels)
      throw new DataError(
        `\`${name}\` of the data set has ${values.length} numbers, and its images ${channels} channels`,
      );
  return { mean, std };
}
