/** Names of the element types of a tensor column. */
export type ElementType = 'uint8' | 'int32' | 'float32' | 'float64';

/** Their values. */
export type TensorValues = Uint8Array | Int32Array | Float32Array | Float64Array;

/**
 * A tensor per row, stored as a fixed-size list with the canonical extension type
 * `arrow.fixed_shape_tensor` (https://arrow.apache.org/docs/format/CanonicalExtensions.html).
 */
export interface TensorColumn {
  readonly type: 'tensor';
  /** Shape of one row's tensor, e.g. `[32, 32, 3]`. */
  readonly shape: readonly number[];
  /** Names of its dimensions, e.g. `['height', 'width', 'channel']`; may be left out. */
  readonly dimensions?: readonly string[];
  /** All rows in row-major order: rows × product(shape) values. */
  readonly values: TensorValues;
}

/** A plain column; null is a missing value, and NaN is refused on writing. */
export type PlainColumn =
  | { readonly type: 'int32' | 'float64'; readonly values: ArrayLike<number | null> }
  | { readonly type: 'bool'; readonly values: ArrayLike<boolean | null> }
  | { readonly type: 'utf8'; readonly values: ArrayLike<string | null> };

export type Column = TensorColumn | PlainColumn;

/** Column name → column; all of one length. */
export type Columns = Readonly<Record<string, Column>>;

/** A value of a column of any type but tensors; of dates, lists and records a text. */
export type PlainValue = number | bigint | string | boolean | null;
