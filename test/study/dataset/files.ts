import type { SourceFile } from '../../../lib/study/dataset/source.ts';

/** A source file of bytes made in a test. */
export function bytesFile(name: string, bytes: Uint8Array): SourceFile {
  return { name, bytes: () => Promise.resolve(bytes) };
}

/** A byte that looks random and depends on its place alone. */
export function anyByte(place: number): number {
  return (Math.imul(place + 1, 0x9e3779b1) >>> 13) & 0xff;
}

/** CIFAR's record: label bytes, then red, green and blue planes of the given pixel function. */
export function cifarRecord(labels: readonly number[], pixel: (i: number) => number): Uint8Array {
  return Uint8Array.from([...labels, ...Array.from({ length: 3072 }, (_, i) => pixel(i))]);
}

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], values: Uint8Array, magic = 0x800 + shape.length): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(magic, 0);
  shape.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
}

/** A POSIX tar archive of regular files. */
export function tar(entries: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const blocks = entries.flatMap(({ name, bytes }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(bytes.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
