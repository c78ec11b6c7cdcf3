import { DataError } from './data-error.ts';
import sharp from 'sharp';
import type { ImageSet } from './dataset.ts';
import { fileError } from './source.ts';
import type { Source, SourceFile } from './source.ts';

const PICTURE = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
const CHANNELS = 3;
/** Labels are bytes. */
const MAX_CLASSES = 256;

interface Picture {
  readonly file: SourceFile;
  readonly class: string;
  /** The folder above the class's. */
  readonly part: string;
}

function pictures(files: readonly SourceFile[]): Picture[] {
  return files
    .filter((file) => PICTURE.test(file.name))
    .map((file) => {
      const parts = file.name.split('/');
      return { file, class: parts.at(-2) ?? '', part: parts.at(-3) ?? '' };
    });
}

/** RGB bytes of the wanted size; transparent parts become black. */
async function decode({ file }: Picture, height: number, width: number): Promise<Uint8Array> {
  try {
    return await sharp(await file.bytes())
      .rotate()
      .flatten({ background: 'black' })
      .toColourspace('srgb')
      .resize({ width, height, fit: 'fill' })
      .removeAlpha()
      .raw()
      .toBuffer();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw fileError(file.name, `cannot be read as an image (${said})`, 'replace or remove it');
  }
}

async function readPart(
  part: readonly Picture[],
  classes: readonly string[],
  [height, width]: readonly [number, number],
): Promise<ImageSet> {
  const size = height * width * CHANNELS;
  const images = new Uint8Array(part.length * size);
  for (const [i, picture] of part.entries()) images.set(await decode(picture, height, width), i * size);
  const labels = Uint8Array.from(part, (picture) => classes.indexOf(picture.class));
  return {
    count: part.length,
    height,
    width,
    channels: CHANNELS,
    images,
    labels,
    drawn: labels,
    index: Int32Array.from(part, (_, i) => i),
    masks: null,
  };
}

/**
 * `…/<class>/<image>`, or `…/train/<class>/<image>` with `…/test/<class>/<image>`. Without a `test` folder
 * the test images are held out of the rest.
 */
export async function readFolder(
  files: readonly SourceFile[],
  size: readonly [height: number, width: number],
): Promise<Source> {
  const all = pictures(files);
  const classes = [...new Set(all.map((picture) => picture.class))].sort();
  if (classes.length < 2 || classes.length > MAX_CLASSES) {
    throw new DataError(
      `\`path\` of the data set must lead to one folder of images per class, 2 to ${MAX_CLASSES} classes; ` +
        `found ${all.length} images in ${classes.length} folders`,
    );
  }
  const test = all.filter((picture) => picture.part === 'test');
  const train = all.filter((picture) => picture.part !== 'test');
  return {
    classes,
    train: await readPart(train, classes, size),
    test: test.length > 0 ? await readPart(test, classes, size) : null,
  };
}
