import { createHash } from 'node:crypto';
import { fileError, gunzip } from './source.ts';
import type { SourceFile } from './source.ts';
import { readTar } from './tar.ts';

/** A file as its makers publish it. */
interface OfficialFile {
  readonly name: string;
  readonly folder: string;
  readonly bytes: number | null;
  readonly algorithm: 'sha256' | 'md5';
  readonly digest: string;
}

const TORONTO = 'https://www.cs.toronto.edu/~kriz/';
const ZALANDO = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/';

function fashion(name: string, digest: string): OfficialFile {
  return { name, folder: ZALANDO, bytes: null, algorithm: 'md5', digest };
}

const OFFICIAL: Readonly<Record<'cifar10' | 'cifar100' | 'fashion-mnist', readonly OfficialFile[]>> = {
  cifar10: [
    {
      name: 'cifar-10-binary.tar.gz',
      folder: TORONTO,
      bytes: 170_052_171,
      algorithm: 'sha256',
      digest: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    },
  ],
  cifar100: [
    {
      name: 'cifar-100-binary.tar.gz',
      folder: TORONTO,
      bytes: 168_513_733,
      algorithm: 'sha256',
      digest: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    },
  ],
  'fashion-mnist': [
    fashion('train-images-idx3-ubyte.gz', '8d4fb7e6c68d591d4c3dfef9ec88bf0d'),
    fashion('train-labels-idx1-ubyte.gz', '25c81989df183df01b3e8a0aad5dffbe'),
    fashion('t10k-images-idx3-ubyte.gz', 'bef4ecab320f06d8554ea6380940ec79'),
    fashion('t10k-labels-idx1-ubyte.gz', 'bb300cfdad3c16e7a12a480ee83cd310'),
  ],
};

export type DownloadableName = keyof typeof OFFICIAL;

export function isDownloadable(name: string): name is DownloadableName {
  return name in OFFICIAL;
}

function verify(official: OfficialFile, name: string, bytes: Uint8Array): void {
  const found = createHash(official.algorithm).update(bytes).digest('hex');
  if (found === official.digest) return;
  throw fileError(
    name,
    `${official.algorithm} is ${found}, but the official file of ${bytes.length} bytes has ${official.digest}`,
    'it is damaged; fetch it again',
  );
}

/** The files in a `.tar.gz`; checked against the published digest when it has the official archive's size. */
export function openArchive(name: string, bytes: Uint8Array): SourceFile[] {
  const official = Object.values(OFFICIAL)
    .flat()
    .find((file) => file.bytes === bytes.length);
  if (official) verify(official, name, bytes);
  return readTar(name, gunzip(name, bytes)).map((entry) => ({
    name: entry.name,
    bytes: () => Promise.resolve(entry.bytes),
  }));
}

async function fetchBytes(url: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `could not download ${url}: ${said}. Fetch it by other means and set the data set’s \`path\` to it`,
      { cause: error },
    );
  }
}

/** Downloads the official files and checks their digests. */
export async function download(
  dataset: DownloadableName,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const official of OFFICIAL[dataset]) {
    const url = official.folder + official.name;
    log(`downloading ${url}`);
    const bytes = await fetchBytes(url, signal);
    verify(official, url, bytes);
    if (official.name.endsWith('.tar.gz')) {
      files.push(...openArchive(official.name, bytes));
    } else {
      const name = official.name.replace(/\.gz$/, '');
      files.push({ name, bytes: () => Promise.resolve(gunzip(official.name, bytes)) });
    }
  }
  return files;
}
