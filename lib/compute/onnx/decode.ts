import protobuf from 'protobufjs/minimal.js';
import { elementSize, half, readElements } from './elements.ts';

type Reader = protobuf.Reader;

/** Values of a tensor in a file; whole numbers of 64 bits as doubles, which hold those up to 2⁵³. */
export interface FileTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: 'float32' | 'int32' | 'bool' | 'text';
  readonly values: Float32Array | Float64Array;
  /** The file beside the model that has the values, which are none then. */
  readonly external?: string;
}

export type FileAttribute = number | string | readonly number[] | readonly string[] | FileTensor;

export interface FileNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, FileAttribute>>;
  /** What the exporter noted: PyTorch's puts the module's path there. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface FilePort {
  readonly name: string;
  /** Null where the file has no number: a batch of any size. */
  readonly dims: readonly (number | null)[] | null;
  /** Of its elements, by onnx.proto's number; 0 where the file does not say. */
  readonly type: number;
}

/** An `.onnx` file. */
export interface OnnxFile {
  readonly opset: number;
  readonly nodes: readonly FileNode[];
  readonly tensors: Readonly<Record<string, FileTensor>>;
  readonly inputs: readonly FilePort[];
  readonly outputs: readonly FilePort[];
}

type Fields = Readonly<Record<number, (reader: Reader, wire: number) => void>>;

/** Calls what is there for each field of a message; skips the rest. */
function message(reader: Reader, length: number, fields: Fields): void {
  const end = reader.pos + length;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader, tag & 7);
  }
}

function inner(reader: Reader, fields: Fields): void {
  message(reader, reader.uint32(), fields);
}

function int64(reader: Reader): number {
  const value = reader.int64() as unknown;
  return typeof value === 'number' ? value : Number(String(value));
}

function uint64(reader: Reader): number {
  const value = reader.uint64() as unknown;
  return typeof value === 'number' ? value : Number(String(value));
}

/** Repeated numbers, packed or one by one. */
function numbers(into: number[], one: (reader: Reader) => number, packedWire = 2) {
  return (reader: Reader, wire: number): void => {
    if (wire !== packedWire) {
      into.push(one(reader));
      return;
    }
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) into.push(one(reader));
  };
}

const text = (reader: Reader): string => reader.string();

/** Types of elements by onnx.proto's numbers. */
const types: Readonly<Record<number, string>> = {
  1: 'f4',
  2: 'u1',
  3: 'i1',
  4: 'u2',
  5: 'i2',
  6: 'i4',
  7: 'i8',
  9: 'u1',
  10: 'f2',
  11: 'f8',
  12: 'u4',
  13: 'u8',
  16: 'bf16',
};

const FLOATS = new Set([1, 10, 11, 16]);

/** One tensor of a file, from where `reader` stands. */
export function decodeTensor(reader: Reader, length: number): FileTensor {
  const dims: number[] = [];
  const given: number[] = [];
  const where: Record<string, string> = {};
  let type = 0;
  let name = '';
  const packed: { bytes?: Uint8Array } = {};
  message(reader, length, {
    1: numbers(dims, int64),
    2: (r) => (type = r.int32()),
    4: numbers(given, (r) => r.float()),
    5: numbers(given, (r) => r.int32()),
    7: numbers(given, int64),
    8: (r) => (name = text(r)),
    9: (r) => (packed.bytes = r.bytes()),
    10: numbers(given, (r) => r.double()),
    11: numbers(given, uint64),
    13: (r) => {
      pair(r, where);
    },
  });
  const float = FLOATS.has(type);
  const kind = float ? 'float32' : type === 9 ? 'bool' : type === 8 ? 'text' : 'int32';
  if (where.location !== undefined)
    return { name, dims, type: kind, values: new Float32Array(0), external: where.location };
  const count = dims.reduce((product, size) => product * size, 1);
  if (kind === 'text') return { name, dims, type: kind, values: new Float64Array(count) };
  const element = types[type];
  if (element === undefined)
    throw new NotOnnx(`tensor '${name}' has elements of type ${type}, which are not read`);
  const { bytes } = packed;
  const there = bytes === undefined ? given.length : bytes.length / elementSize(element)!;
  if (there !== count)
    throw new NotOnnx(`tensor '${name}' is [${dims.join(', ')}] and has ${there} elements`);
  const values = float ? new Float32Array(count) : new Float64Array(count);
  if (bytes !== undefined) readElements(element, bytes, values);
  else values.set(type === 10 ? given.map(half) : given);
  return { name, dims, type: kind, values };
}

function pair(reader: Reader, into: Record<string, string>): void {
  let [key, value] = ['', ''];
  inner(reader, { 1: (r) => (key = text(r)), 2: (r) => (value = text(r)) });
  into[key] = value;
}

function attribute(reader: Reader): [string, FileAttribute] {
  let name = '';
  let value: FileAttribute | undefined;
  const [floats, ints, strings]: [number[], number[], string[]] = [[], [], []];
  inner(reader, {
    1: (r) => (name = text(r)),
    2: (r) => (value = r.float()),
    3: (r) => (value = int64(r)),
    4: (r) => (value = text(r)),
    5: (r) => (value = decodeTensor(r, r.uint32())),
    7: numbers(floats, (r) => r.float()),
    8: numbers(ints, int64),
    9: (r) => strings.push(text(r)),
  });
  return [name, value ?? (strings.length > 0 ? strings : floats.length > 0 ? floats : ints)];
}

function node(reader: Reader): FileNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes: Record<string, FileAttribute> = {};
  const notes: Record<string, string> = {};
  let [name, op, domain] = ['', '', ''];
  inner(reader, {
    1: (r) => inputs.push(text(r)),
    2: (r) => outputs.push(text(r)),
    3: (r) => (name = text(r)),
    4: (r) => (op = text(r)),
    5: (r) => {
      const [key, value] = attribute(r);
      attributes[key] = value;
    },
    7: (r) => (domain = text(r)),
    9: (r) => {
      pair(r, notes);
    },
  });
  return { op, domain: domain === 'ai.onnx' ? '' : domain, name, inputs, outputs, attributes, notes };
}

function port(reader: Reader): FilePort {
  let name = '';
  let dims: (number | null)[] | null = null;
  let type = 0;
  const dimension = (r: Reader): void => {
    let size: number | null = null;
    inner(r, { 1: (d) => (size = int64(d)) });
    dims!.push(size);
  };
  const shape = (r: Reader): void => {
    dims = [];
    inner(r, { 1: dimension });
  };
  inner(reader, {
    1: (r) => (name = text(r)),
    2: (r) => {
      inner(r, {
        1: (t) => {
          inner(t, { 1: (e) => (type = e.int32()), 2: shape });
        },
      });
    },
  });
  return { name, dims, type };
}

/** Bytes that are no `.onnx` file, or one with what is not read. */
export class NotOnnx extends Error {
  override readonly name = 'NotOnnx';
}

/** The graph of an `.onnx` file; functions, subgraphs and training parts are left out. Throws `NotOnnx`. */
export function decodeModel(bytes: Uint8Array): OnnxFile {
  try {
    return modelOf(bytes);
  } catch (error) {
    if (error instanceof NotOnnx) throw error;
    // The reader's own words are of offsets.
    throw new NotOnnx('this is not an .onnx file, or a part of one', { cause: error });
  }
}

function modelOf(bytes: Uint8Array): OnnxFile {
  const nodes: FileNode[] = [];
  const tensors: Record<string, FileTensor> = {};
  const [inputs, outputs]: [FilePort[], FilePort[]] = [[], []];
  let opset = 0;
  const reader = protobuf.Reader.create(bytes);
  message(reader, bytes.length, {
    7: (r) => {
      inner(r, {
        1: (g) => nodes.push(node(g)),
        5: (g) => {
          const tensor = decodeTensor(g, g.uint32());
          tensors[tensor.name] = tensor;
        },
        11: (g) => inputs.push(port(g)),
        12: (g) => outputs.push(port(g)),
      });
    },
    8: (r) => {
      let [domain, version] = ['', 0];
      inner(r, { 1: (o) => (domain = text(o)), 2: (o) => (version = int64(o)) });
      if (domain === '' || domain === 'ai.onnx') opset = version;
    },
  });
  if (nodes.length === 0 && outputs.length === 0) throw new NotOnnx('this is not an .onnx file');
  return { opset, nodes, tensors, inputs: inputs.filter(({ name }) => tensors[name] === undefined), outputs };
}
