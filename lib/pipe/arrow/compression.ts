import { compressionRegistry, CompressionType } from 'apache-arrow';
import { decompress } from 'fzstd';
import { decompressLz4 } from './lz4.ts';

/** Lets compressed record batches be read, as other programs write them: by LZ4 or Zstandard. */
export function readCompressed(): void {
  // Numbers are read in place: what is given begins where numbers of eight bytes may lie.
  const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => aligned(decompress(data)) });
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4 });
}
