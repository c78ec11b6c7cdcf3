import type { ImageSet } from './dataset.ts';
import { fileError, findFile } from './source.ts';
import type { Source, SourceFile } from './source.ts';

/** Unsigned bytes in one and in three dimensions: https://yann.lecun.com/exdb/mnist describes the format. */
const LABELS_MAGIC = 0x00000801;
const IMAGES_MAGIC = 0x00000803;

const FASHION_CLASSES = [
  't-shirt',
  'trousers',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

const hex = (magic: number): string => `0x${magic.toString(16).padStart(8, '0')}`;

/** Magic number, big-endian sizes, then the bytes. */
function parseIdx(name: string, bytes: Uint8Array, magic: number): IdxArray {
  const dimensions = magic & 0xff;
  const header = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header) {
    throw fileError(name, `${bytes.length} bytes, too few for an IDX header of ${header}`, 'it is truncated');
  }
  const found = view.getUint32(0);
  if (found !== magic) {
    const what = magic === IMAGES_MAGIC ? 'images' : 'labels';
    throw fileError(
      name,
      `magic number ${hex(found)}, expected ${hex(magic)}`,
      `it is not an IDX file of ${what}`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) {
    throw fileError(
      name,
      `${bytes.length} bytes, but its header (${shape.join(' × ')}) asks for ${expected}`,
      'it is truncated or damaged; fetch it again',
    );
  }
  return { shape, values: bytes.subarray(header) };
}

async function readPart(images: SourceFile, labels: SourceFile, classes: number): Promise<ImageSet> {
  const pixels = parseIdx(images.name, await images.bytes(), IMAGES_MAGIC);
  const named = parseIdx(labels.name, await labels.bytes(), LABELS_MAGIC);
  const [count, height, width] = pixels.shape as [number, number, number];
  if (named.values.length !== count) {
    throw fileError(
      labels.name,
      `${named.values.length} labels for the ${count} images of ${images.name}`,
      'the two files do not belong together',
    );
  }
  const bad = named.values.findIndex((label) => label >= classes);
  if (bad >= 0) {
    const label = named.values[bad]!;
    throw fileError(labels.name, `label ${bad} is ${label}, expected 0 to ${classes - 1}`, 'it is damaged');
  }
  const index = Int32Array.from({ length: count }, (_, i) => i);
  return {
    count,
    height,
    width,
    channels: 1,
    images: pixels.values,
    labels: named.values,
    drawn: named.values,
    index,
    masks: null,
  };
}

/** Fashion-MNIST (Xiao et al. 2017): four IDX files. */
export async function readFashionMnist(files: readonly SourceFile[]): Promise<Source> {
  // Some copies write the dot of the original MNIST file names.
  const file = (part: string, kind: string): SourceFile =>
    findFile(files, `${part}-${kind}-ubyte`, `${part}-${kind.replace('-', '.')}-ubyte`);
  const classes = FASHION_CLASSES.length;
  return {
    classes: FASHION_CLASSES,
    train: await readPart(file('train', 'images-idx3'), file('train', 'labels-idx1'), classes),
    test: await readPart(file('t10k', 'images-idx3'), file('t10k', 'labels-idx1'), classes),
  };
}
