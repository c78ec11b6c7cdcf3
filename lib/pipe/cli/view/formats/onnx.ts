import protobuf from 'protobufjs/minimal.js';
import { readFileSync } from '../../../store/disk.ts';
import type { Content } from '../content.ts';

type Reader = protobuf.Reader;
/** What is done with a field of a message, by its number in onnx.proto; others are passed over. */
type Fields = Readonly<Record<number, (reader: Reader, wireType: number) => void>>;

/** A network in ONNX: its inputs and outputs, its operators, how many weights it has. */
export function onnxContent(path: string): Content {
  const inputs: [string, string][] = [];
  const outputs: [string, string][] = [];
  const operators = new Map<string, number>();
  const initialised = new Set<string>();
  const metadata: [string, string][] = [];
  let weights = 0;
  let graphs = 0;
  const graph: Fields = {
    1: within({
      4: (reader) => {
        const name = reader.string();
        operators.set(name, (operators.get(name) ?? 0) + 1);
      },
    }),
    5: (reader) => {
      const dims: number[] = [];
      messageIn(reader, {
        1: (inner, wireType) => void dims.push(...integers(inner, wireType)),
        8: (inner) => void initialised.add(inner.string()),
      });
      weights += dims.reduce((product, side) => product * side, 1);
    },
    11: (reader) => void inputs.push(valueInfo(reader)),
    12: (reader) => void outputs.push(valueInfo(reader)),
  };
  const text = (name: string) => (reader: Reader) => void metadata.push([name, reader.string()]);
  const model: Fields = {
    2: text('producer'),
    3: text('producer version'),
    7: (reader) => {
      graphs += 1;
      messageIn(reader, graph);
    },
    8: (reader) => {
      let [domain, version] = ['', ''];
      messageIn(reader, {
        1: (inner) => void (domain = inner.string()),
        2: (inner) => void (version = String(Number(inner.int64()))),
      });
      metadata.push([`operators of ${domain === '' ? 'ONNX' : domain}`, `version ${version}`]);
    },
  };
  const bytes = readFileSync(path);
  fieldsOf(protobuf.Reader.create(bytes), bytes.length, model);
  if (graphs === 0) throw new Error('it is no ONNX file: there is no graph in it');
  return {
    kind: 'net',
    format: 'ONNX network',
    // Weights are inputs, too, in files of older versions.
    inputs: inputs.filter(([name]) => !initialised.has(name)),
    outputs,
    operators: [...operators].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    weights,
    metadata,
  };
}

function fieldsOf(reader: Reader, end: number, fields: Fields): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const take = fields[tag >>> 3];
    if (take === undefined) reader.skipType(tag & 7);
    else take(reader, tag & 7);
  }
}

function messageIn(reader: Reader, fields: Fields): void {
  const length = reader.uint32();
  fieldsOf(reader, reader.pos + length, fields);
}

function within(fields: Fields): (reader: Reader) => void {
  return (reader) => {
    messageIn(reader, fields);
  };
}

/** One of a list of numbers, or all of them, packed. */
function integers(reader: Reader, wireType: number): number[] {
  if (wireType !== 2) return [Number(reader.int64())];
  const end = reader.uint32() + reader.pos;
  const found: number[] = [];
  while (reader.pos < end) found.push(Number(reader.int64()));
  return found;
}

/** By onnx.proto's `TensorProto.DataType`. */
const TYPES = [
  ...['unknown', 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'text', 'boolean'],
  ...['float16', 'float64', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
];

/** `ValueInfoProto`: a name, an element type and a shape, whose sides may be names. */
function valueInfo(reader: Reader): [string, string] {
  let [name, type, shape] = ['', 'unknown', ''];
  const side = (inner: Reader): string => {
    let said = '?';
    messageIn(inner, {
      1: (dimension) => void (said = String(Number(dimension.int64()))),
      2: (dimension) => void (said = dimension.string()),
    });
    return said;
  };
  const tensor: Fields = {
    1: (inner) => void (type = TYPES[inner.uint32()] ?? 'unknown'),
    2: (inner) => {
      const sides: string[] = [];
      messageIn(inner, { 1: (dimension) => void sides.push(side(dimension)) });
      shape = ` [${sides.join(', ')}]`;
    },
  };
  messageIn(reader, { 1: (inner) => void (name = inner.string()), 2: within({ 1: within(tensor) }) });
  return [name, type + shape];
}
