/** ONNX's numbers for element types. */
export const elementType = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof elementType;

export type OnnxAttribute = number | { float: number } | string | readonly number[];

export interface OnnxNode {
  readonly op: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** A plain number is an integer, a list integers. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Little-endian. */
  readonly bytes: Uint8Array;
}

export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxType;
  /** Null where they are not said. */
  readonly dims: readonly number[] | null;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** Version of ONNX's own operators that the models are written for. */
export const OPSET = 18;
