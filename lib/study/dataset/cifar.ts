import type { ImageSet } from './dataset.ts';
import { baseName, fileError, findFile } from './source.ts';
import type { Source, SourceFile } from './source.ts';

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = SIDE * SIDE;

/** The layout of a record: label bytes, then the red, the green and the blue plane, row by row. */
interface Layout {
  readonly labelBytes: number;
  /** Which of the label bytes is the class (CIFAR-100 has the coarse class first, then the fine one). */
  readonly labelAt: number;
  readonly classes: number;
}

const CIFAR10: Layout = { labelBytes: 1, labelAt: 0, classes: 10 };
const CIFAR100: Layout = { labelBytes: 2, labelAt: 1, classes: 100 };

function checkRecords(name: string, bytes: Uint8Array, { labelBytes, labelAt, classes }: Layout): void {
  const record = labelBytes + CHANNELS * PIXELS;
  if (bytes.length === 0 || bytes.length % record !== 0) {
    const whole = Math.floor(bytes.length / record);
    throw fileError(
      name,
      `${bytes.length} bytes are not a whole number of records of ${record} bytes ` +
        `(${whole} records would be ${whole * record})`,
      'it is truncated or of another format; fetch it again',
    );
  }
  for (let at = labelAt, i = 0; at < bytes.length; at += record, i++) {
    const label = bytes[at]!;
    if (label < classes) continue;
    throw fileError(
      name,
      `record ${i} (byte ${at}) has the label ${label}, expected 0 to ${classes - 1}`,
      'it is damaged or of another format',
    );
  }
}

/** Three planes to interleaved channels. */
function interleave(planes: Uint8Array, images: Uint8Array, at: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    const plane = channel * PIXELS;
    for (let i = 0; i < PIXELS; i++) images[at + i * CHANNELS + channel] = planes[plane + i]!;
  }
}

async function readRecords(files: readonly SourceFile[], layout: Layout): Promise<ImageSet> {
  const record = layout.labelBytes + CHANNELS * PIXELS;
  const parts: Uint8Array[] = [];
  for (const file of files) {
    const bytes = await file.bytes();
    checkRecords(file.name, bytes, layout);
    parts.push(bytes);
  }
  const count = parts.reduce((sum, part) => sum + part.length / record, 0);
  const images = new Uint8Array(count * CHANNELS * PIXELS);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += record, image++) {
      labels[image] = part[at + layout.labelAt]!;
      interleave(part.subarray(at + layout.labelBytes, at + record), images, image * CHANNELS * PIXELS);
    }
  }
  const index = Int32Array.from({ length: count }, (_, i) => i);
  const size = { height: SIDE, width: SIDE, channels: CHANNELS };
  return { count, ...size, images, labels, drawn: labels, index, masks: null };
}

/** One name per line, as the official files list them; numbers where the list is missing. */
async function readClasses(files: readonly SourceFile[], list: string, count: number): Promise<string[]> {
  const file = files.find((candidate) => baseName(candidate.name) === list);
  if (!file) return Array.from({ length: count }, (_, i) => `class ${i}`);
  const lines = Buffer.from(await file.bytes())
    .toString('utf8')
    .split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === count) return names;
  throw fileError(file.name, `${names.length} class names, expected ${count}`, 'it is damaged');
}

/** CIFAR-10 as the binary version publishes it; any whole number of records in each file. */
export async function readCifar10(files: readonly SourceFile[]): Promise<Source> {
  const train = [1, 2, 3, 4, 5].map((i) => findFile(files, `data_batch_${i}.bin`));
  return {
    classes: await readClasses(files, 'batches.meta.txt', CIFAR10.classes),
    train: await readRecords(train, CIFAR10),
    test: await readRecords([findFile(files, 'test_batch.bin')], CIFAR10),
  };
}

/** CIFAR-100 likewise, with its 100 fine classes. */
export async function readCifar100(files: readonly SourceFile[]): Promise<Source> {
  return {
    classes: await readClasses(files, 'fine_label_names.txt', CIFAR100.classes),
    train: await readRecords([findFile(files, 'train.bin')], CIFAR100),
    test: await readRecords([findFile(files, 'test.bin')], CIFAR100),
  };
}
