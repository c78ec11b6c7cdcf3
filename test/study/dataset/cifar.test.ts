import { describe, expect, it } from 'vitest';
import { readCifar10, readCifar100 } from '../../../lib/study/dataset/cifar.ts';
import type { SourceFile } from '../../../lib/study/dataset/source.ts';
import { anyByte, bytesFile, cifarRecord } from './files.ts';

const CLASSES = 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n';

/** Five training files of two records and a test file of one; label of record i is i. */
function cifar10(changes: Readonly<Record<string, Uint8Array>> = {}): SourceFile[] {
  const files: Record<string, Uint8Array> = { 'batches.meta.txt': Buffer.from(CLASSES) };
  for (let file = 0; file < 5; file++) {
    const records = [2 * file, 2 * file + 1].map((i) => cifarRecord([i], (at) => anyByte(3072 * i + at)));
    files[`data_batch_${file + 1}.bin`] = Buffer.concat(records);
  }
  files['test_batch.bin'] = cifarRecord([7], (at) => at >> 10);
  return Object.entries({ ...files, ...changes }).map(([name, bytes]) => bytesFile(`cifar/${name}`, bytes));
}

describe('readCifar10', () => {
  it('takes any whole number of records, in the order of the files', async () => {
    const { classes, train, test } = await readCifar10(cifar10());
    expect(classes[3]).toBe('cat');
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...train.index]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(test?.count).toBe(1);
  });

  it('turns colour planes into interleaved channels', async () => {
    const { train, test } = await readCifar10(cifar10());
    expect([...test!.images.subarray(0, 6)]).toEqual([0, 1, 2, 0, 1, 2]);
    const [image, row, column, channel] = [6, 5, 17, 2] as const;
    const place = ((image * 32 + row) * 32 + column) * 3 + channel;
    expect(train.images[place]).toBe(anyByte(3072 * image + 1024 * channel + 32 * row + column));
  });

  it.each([
    {
      problem: 'a truncated file',
      file: 'data_batch_3.bin',
      bytes: cifarRecord([1], anyByte).subarray(0, 3000),
      message: /cifar\/data_batch_3\.bin: 3000 bytes are not a whole number of records of 3073 bytes/,
    },
    {
      problem: 'an empty file',
      file: 'test_batch.bin',
      bytes: new Uint8Array(),
      message: /test_batch\.bin: 0 bytes/,
    },
    {
      problem: 'a label out of range',
      file: 'data_batch_1.bin',
      bytes: Buffer.concat([cifarRecord([4], anyByte), cifarRecord([10], anyByte)]),
      message: /data_batch_1\.bin: record 1 \(byte 3073\) has the label 10, expected 0 to 9/,
    },
    {
      problem: 'a wrong number of class names',
      file: 'batches.meta.txt',
      bytes: Buffer.from('cat\ndog\n'),
      message: /batches\.meta\.txt: 2 class names, expected 10/,
    },
  ])('names file, size and expectation for $problem', async ({ file, bytes, message }) => {
    await expect(readCifar10(cifar10({ [file]: bytes }))).rejects.toThrow(message);
  });

  it('says which file is missing, and what there is', async () => {
    const files = cifar10().filter(({ name }) => !name.includes('data_batch_5'));
    await expect(readCifar10(files)).rejects.toThrow(/no file data_batch_5\.bin; found batches\.meta\.txt/);
  });

  it('numbers the classes where their names are missing', async () => {
    const files = cifar10().filter(({ name }) => !name.includes('meta'));
    expect((await readCifar10(files)).classes[9]).toBe('class 9');
  });
});

describe('readCifar100', () => {
  it('takes the fine label, the second of two', async () => {
    const record = (fine: number): Uint8Array => cifarRecord([3, fine], anyByte);
    const train = Buffer.concat([record(99), record(0)]);
    const files = [bytesFile('train.bin', train), bytesFile('test.bin', record(42))];
    const source = await readCifar100(files);
    expect([...source.train.labels]).toEqual([99, 0]);
    expect(source.test?.labels[0]).toBe(42);
    expect(source.test?.images[3]).toBe(anyByte(1));
    expect(source.classes).toHaveLength(100);
  });
});
