import { unpackBytes } from '../report/page/bytes.ts';
import type { PackedRun } from '../report/run-data.ts';
import type { Candidate } from './candidates.ts';
import type { CheckpointName } from './key.ts';
import type { ImagePicture, MapPicture } from './page/data.ts';

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A candidate's map. Levels alone: what they are levels of would tell one map from the other. */
export function mapPicture(
  { run, blocks }: PackedRun,
  { image, method }: Candidate,
  checkpoint: CheckpointName,
): MapPicture {
  const { height, width, colours } = run.methods[method]!;
  const place = checkpoint === 'early' ? run.epochs.indexOf(run.stop) : run.epochs.length - 1;
  const [block, line] = run.chunks[image]![method]!;
  const number = run.maps[image]![method]![place]!;
  const size = height * width;
  const levels = unpackBytes(blocks[block]![line]!).subarray(number * size, (number + 1) * size);
  return { height, width, colours, levels: base64(levels) };
}

export function imagePicture({ run }: PackedRun, { image }: Candidate): ImagePicture {
  const [height, width, channels] = run.size;
  const size = height * width * channels;
  const bytes = unpackBytes(run.pixels).subarray(image * size, (image + 1) * size);
  return { height, width, channels, bytes: base64(bytes) };
}
