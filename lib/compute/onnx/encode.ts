import protobuf from 'protobufjs/minimal.js';
import {
  elementType,
  OPSET,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from './model.ts';

type Writer = protobuf.Writer;

/** Protobuf wire types. */
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** IR version 9 goes with opsets up to 20. */
const IR_VERSION = 9;

/** Field numbers and enumeration values below are those of onnx.proto. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 };

function message(writer: Writer, field: number, write: (writer: Writer) => void): void {
  writer.uint32((field << 3) | BYTES).fork();
  write(writer);
  writer.ldelim();
}

function text(writer: Writer, field: number, value: string): void {
  writer.uint32((field << 3) | BYTES).string(value);
}

function integer(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | VARINT).int64(value);
}

function writeAttribute(writer: Writer, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  let type = attributeType.int;
  if (typeof value === 'number') integer(writer, 3, value);
  else if (typeof value === 'string') {
    type = attributeType.string;
    text(writer, 4, value);
  } else if ('float' in value) {
    type = attributeType.float;
    writer.uint32((2 << 3) | FIXED32).float(value.float);
  } else {
    type = attributeType.ints;
    for (const item of value) integer(writer, 8, item);
  }
  integer(writer, 20, type);
}

function writeNode(writer: Writer, { op, domain, inputs, output, attributes }: OnnxNode): void {
  for (const input of inputs) text(writer, 1, input);
  text(writer, 2, output);
  text(writer, 3, `${op} ${output}`);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes))
    message(writer, 5, (inner) => {
      writeAttribute(inner, name, value);
    });
  if (domain !== '') text(writer, 7, domain);
}

function writeTensor(writer: Writer, { name, type, dims, bytes }: OnnxTensor): void {
  for (const size of dims) integer(writer, 1, size);
  integer(writer, 2, elementType[type]);
  text(writer, 8, name);
  writer.uint32((9 << 3) | BYTES).bytes(bytes);
}

function writePort(writer: Writer, { name, type, dims }: OnnxPort): void {
  text(writer, 1, name);
  message(writer, 2, (typeProto) => {
    message(typeProto, 1, (tensor) => {
      integer(tensor, 1, elementType[type]);
      if (dims === null) return;
      message(tensor, 2, (shape) => {
        for (const size of dims)
          message(shape, 1, (dimension) => {
            integer(dimension, 1, size);
          });
      });
    });
  });
}

/** The bytes of an `.onnx` file. */
export function encodeModel({ nodes, initializers, inputs, outputs }: OnnxModel): Uint8Array {
  const writer = protobuf.Writer.create();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, 'pipe');
  message(writer, 7, (graph) => {
    for (const node of nodes)
      message(graph, 1, (inner) => {
        writeNode(inner, node);
      });
    text(graph, 2, 'function');
    for (const tensor of initializers)
      message(graph, 5, (inner) => {
        writeTensor(inner, tensor);
      });
    for (const port of inputs)
      message(graph, 11, (inner) => {
        writePort(inner, port);
      });
    for (const port of outputs)
      message(graph, 12, (inner) => {
        writePort(inner, port);
      });
  });
  const domains = new Map([
    ['', OPSET],
    ...nodes.map(({ domain }) => [domain, domain === '' ? OPSET : 1] as const),
  ]);
  for (const [domain, version] of domains)
    message(writer, 8, (opset) => {
      text(opset, 1, domain);
      integer(opset, 2, version);
    });
  return writer.finish();
}
