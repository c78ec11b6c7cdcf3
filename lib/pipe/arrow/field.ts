import { Bool, Field, FixedSizeList, Float32, Float64, Int32, Uint8, Utf8 } from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { Column, ElementType, TensorColumn, TensorValues } from './columns.ts';

const NAME_KEY = 'ARROW:extension:name';
const METADATA_KEY = 'ARROW:extension:metadata';
const FIXED_SHAPE_TENSOR = 'arrow.fixed_shape_tensor';

/** What a tensor field says of one row's tensor. */
export interface TensorField {
  readonly shape: readonly number[];
  readonly dimensions: readonly string[] | null;
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

export function elementType(values: TensorValues): ElementType {
  if (values instanceof Uint8Array) return 'uint8';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Float32Array ? 'float32' : 'float64';
}

function arrowElement(type: ElementType): DataType {
  switch (type) {
    case 'uint8':
      return new Uint8();
    case 'int32':
      return new Int32();
    case 'float32':
      return new Float32();
    case 'float64':
      return new Float64();
  }
}

function tensorField(name: string, column: TensorColumn): Field {
  const item = new Field('item', arrowElement(elementType(column.values)), false);
  const said = { shape: column.shape, ...(column.dimensions ? { dim_names: column.dimensions } : {}) };
  const metadata = new Map([
    [METADATA_KEY, JSON.stringify(said)],
    [NAME_KEY, FIXED_SHAPE_TENSOR],
  ]);
  return new Field(name, new FixedSizeList(elements(column.shape), item), false, metadata);
}

export function columnField(name: string, column: Column): Field {
  switch (column.type) {
    case 'tensor':
      return tensorField(name, column);
    case 'int32':
      return new Field(name, new Int32(), true);
    case 'float64':
      return new Field(name, new Float64(), true);
    case 'bool':
      return new Field(name, new Bool(), true);
    case 'utf8':
      return new Field(name, new Utf8(), true);
  }
}

/** The shape a fixed-size list was written with; a list without the extension is a vector of its length. */
export function readTensorField(field: Field<FixedSizeList>): TensorField {
  const text = field.metadata.get(METADATA_KEY);
  if (field.metadata.get(NAME_KEY) !== FIXED_SHAPE_TENSOR || text === undefined) {
    return { shape: [field.type.listSize], dimensions: null };
  }
  const said = JSON.parse(text) as {
    readonly shape: readonly number[];
    readonly dim_names?: readonly string[];
    readonly permutation?: readonly number[];
  };
  if (said.permutation?.some((axis, place) => axis !== place)) {
    throw new Error(
      `column "${field.name}" is stored permuted (${said.permutation.join(', ')}), which is not read here`,
    );
  }
  if (elements(said.shape) !== field.type.listSize) {
    throw new Error(
      `column "${field.name}" says shape [${said.shape.join(', ')}] but its rows hold ${field.type.listSize} values`,
    );
  }
  return { shape: said.shape, dimensions: said.dim_names ?? null };
}
