const MAGIC = 0x184d2204;

/**
 * Decompresses an LZ4 frame (LZ4 frame format 1.6). Blocks may refer to what earlier ones gave. Checksums are skipped:
 * what they guard is checked by digests of whole files. Throws where the frame is cut off or refers to what is not
 * there.
 */
export function decompressLz4(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 11 || view.getUint32(0, true) !== MAGIC) throw new Error('this is no LZ4 frame');
  const flags = view.getUint8(4);
  const [hasDictionary, hasSize, blocksHaveSums] = [flags & 1, flags & 8, flags & 16];
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  const output = new Output(4 * frame.length);
  for (;;) {
    if (at + 4 > frame.length) throw new Error('an LZ4 frame is cut off');
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return output.bytes();
    const size = word & 0x7fffffff;
    if (at + size > frame.length) throw new Error('an LZ4 block is cut off');
    const block = frame.subarray(at, at + size);
    if (word >>> 31 === 1) output.add(block);
    else decompressBlock(block, output);
    at += size + (blocksHaveSums ? 4 : 0);
  }
}

/** Bytes that become more. */
class Output {
  #bytes: Uint8Array;
  #length = 0;

  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Byte by byte: what is copied may overlap what is being written. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length)
      throw new Error('an LZ4 block refers to what is not there');
    this.#makeRoom(count);
    const bytes = this.#bytes;
    for (let at = this.#length, end = at + count; at < end; at++) bytes[at] = bytes[at - distance]!;
    this.#length += count;
  }

  #makeRoom(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}

/** Adds what a block holds (LZ4 block format). */
function decompressBlock(block: Uint8Array, output: Output): void {
  let at = 0;
  // A length of 15 goes on in the bytes that follow, of which the last is less than 255.
  const lengthFrom = (start: number): number => {
    let length = start;
    if (start < 15) return length;
    for (let more = 255; more === 255; length += more) {
      if (at >= block.length) throw new Error('a length in an LZ4 block is cut off');
      more = block[at++]!;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length) throw new Error('literals of an LZ4 block are cut off');
    output.add(block.subarray(at, at + literals));
    at += literals;
    // The last sequence has literals alone.
    if (at === block.length) return;
    if (at + 2 > block.length) throw new Error('an LZ4 block is cut off');
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    output.repeat(distance, lengthFrom(token & 15) + 4);
  }
}
