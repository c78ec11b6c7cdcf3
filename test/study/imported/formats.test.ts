import { describe, expect, it } from 'vitest';
import { ImportedGraph, ImportError } from '../../../lib/compute/import/graph.ts';
import { decodeModel } from '../../../lib/compute/onnx/decode.ts';
import { readCheckpoint, readGraph } from '../../../lib/study/model/imported/checkpoint.ts';
import { readHistoryTable } from '../../../lib/study/model/imported/history.ts';
import { netOf } from '../../../lib/study/model/imported/model.ts';
import { fixture, graphFixture } from './files.ts';

const plain = graphFixture('runs/plain/epoch=6.onnx');
const image = { height: 32, width: 32, channels: 3 };

function text(name: string, content: string) {
  return { name, bytes: new TextEncoder().encode(content) };
}

/** The graph with some of its nodes changed. */
function changed(change: (node: (typeof plain.file.nodes)[number], i: number) => object): ImportedGraph {
  return new ImportedGraph({
    ...plain.file,
    nodes: plain.file.nodes.map((node, i) => ({ ...node, ...change(node, i) })),
  });
}

describe('weights', () => {
  it('are the same out of .safetensors, .npz and .onnx', () => {
    const [first, ...others] = ['safetensors', 'npz', 'onnx'].map((ending) =>
      readCheckpoint(plain, fixture(`runs/plain/epoch=6.${ending}`)),
    );
    expect(Object.keys(first!)).toEqual(plain.weights);
    for (const other of others) expect(other).toEqual(first);
  });

  it('of bfloat16, float16 and float64 become float32', () => {
    const names = { F16: [0x3c00, 0xc100], BF16: [0x3f80, 0xc020] };
    for (const [dtype, halves] of Object.entries(names)) {
      const head = JSON.stringify({ w: { dtype, shape: [2], data_offsets: [0, 4] } });
      const bytes = new Uint8Array(8 + head.length + 4);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
      bytes.set(new TextEncoder().encode(head), 8);
      bytes.set(new Uint8Array(Uint16Array.from(halves).buffer), 8 + head.length);
      const graph = new ImportedGraph({
        opset: 17,
        nodes: [
          { op: 'Mul', domain: '', name: 'm', inputs: ['x', 'w'], outputs: ['y'], attributes: {}, notes: {} },
        ],
        tensors: { w: { name: 'w', dims: [2], type: 'float32', values: new Float32Array(2) } },
        inputs: [{ name: 'x', dims: null, type: 1 }],
        outputs: [{ name: 'y', dims: null, type: 1 }],
      });
      expect([...readCheckpoint(graph, { name: 'w.safetensors', bytes }).w!.values]).toEqual([1, -2.5]);
    }
  });

  const cut = fixture('runs/plain/epoch=6.safetensors').bytes;
  it.each([
    ['a.safetensors', cut.subarray(0, 4), 'a.safetensors: this is not a .safetensors file, or a part of one'],
    [
      'a.safetensors',
      cut.subarray(0, cut.length - 8),
      'a.safetensors: this is not a .safetensors file, or a part',
    ],
    ['a.npz', cut, 'a.npz: this is not an .npz file, or a part of one'],
    ['a.onnx', cut, 'a.onnx: this is not an .onnx file'],
    [
      'a.pt',
      cut,
      'weights are read from .safetensors, .npz and .onnx files; of a .pt or .pth file, PyTorch makes one',
    ],
    ['net.onnx', fixture('runs/inverted/net.onnx').bytes, 'it is built otherwise than the graph: Conv'],
    [
      'other.safetensors',
      fixture('runs/inverted/augment=true/seed=0/epoch=1.safetensors').bytes,
      "other.safetensors: the checkpoint has no 'first.weight', which the graph uses; it has ",
    ],
  ])('%s that are not the net’s are refused in words', (name, bytes, message) => {
    expect(() => readCheckpoint(plain, { name, bytes })).toThrow(ImportError);
    expect(() => readCheckpoint(plain, { name, bytes })).toThrow(message);
  });
});

describe('a graph', () => {
  it.each([
    [
      'with an operator that is not imported is refused by the names of operator and node',
      () =>
        changed((_, i) => (i === 2 ? { op: 'GridSample', name: '/put' } : i === 3 ? { op: 'NonZero' } : {})),
      "GridSample '/put' is not imported (nor are NonZero); write that part of the net with other operators",
    ],
    [
      'with an operator named like what every object has is refused',
      () => changed((_, i) => (i === 0 ? { op: 'toString' } : {})),
      "toString '/first/Conv' is not imported",
    ],
    [
      'of another domain is refused',
      () => changed((_, i) => (i === 0 ? { domain: 'com.acme' } : {})),
      "Conv '/first/Conv' is of com.acme, not one of ONNX's own operators",
    ],
    [
      'without the layer that is asked for says which there are',
      () => netOf(plain, { features: 'layer4', logits: null }, image, 10).layer(null),
      "the graph has no tensor, node or module 'layer4'; it has modules: first, second, hidden, out",
    ],
    [
      'for images of another size says which',
      () => netOf(plain, { features: 'second', logits: null }, { ...image, height: 28 }, 10),
      'the graph takes images of [3, 32, 32] (channels, height, width), and the data set has [3, 28, 32]',
    ],
  ])('%s', (_title, make, message) => {
    expect(make).toThrow(ImportError);
    expect(make).toThrow(message);
  });

  it('is cut off anywhere without another word than that', () => {
    const { bytes } = fixture('runs/plain/epoch=6.onnx');
    for (let length = 0; length < bytes.length; length += 97)
      try {
        decodeModel(bytes.subarray(0, length));
      } catch (error) {
        expect((error as Error).name).toBe('NotOnnx');
      }
    expect(() => readGraph({ name: 'net.onnx', bytes: bytes.subarray(0, 500) })).toThrow('net.onnx: ');
  });
});

describe('a table of losses', () => {
  it('is read from .csv and .json, accuracies as errors', () => {
    const csv = readHistoryTable(text('h.csv', 'epoch,test_loss,test_accuracy,learning_rate\n2,0.5,0.75,\n'));
    const json = readHistoryTable(text('h.json', '[{"epoch": 2, "test_loss": 0.5, "test_error": 0.25}]'));
    expect(csv).toEqual([{ epoch: 2, learningRate: null, scores: { test: { loss: 0.5, error: 0.25 } } }]);
    expect(json).toEqual(csv);
  });

  it.each([
    ['h.csv', 'loss\n1\n', 'h.csv: row 1 has no epoch; columns are epoch, train_loss, train_error'],
    ['h.csv', 'epoch,test_loss\n1,low\n', 'h.csv: row 1 has "low" as test_loss, which is no number'],
    ['h.json', '{}', 'h.json: it must be a list of objects, one an epoch, with epoch, train_loss'],
  ])('%s of %j is refused', (name, content, message) => {
    expect(() => readHistoryTable(text(name, content))).toThrow(message);
  });
});
