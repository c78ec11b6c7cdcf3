import type { ArrowRows, ArrowTable, Columns } from 'pipewright/arrow';
import type { TensorMap, TensorValue } from '../../compute/program.ts';
import type { WeightSpec } from './model.ts';

/** Rows of weights as columns: one tensor column per weight, in the order of `specs`; one row per model. */
export function weightColumns(specs: readonly WeightSpec[], models: readonly TensorMap[]): Columns {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = new Float32Array(size * models.length);
      models.forEach((model, row) => {
        const weight = model[name];
        if (!weight) throw new Error(`no value for weight "${name}"`);
        values.set(weight.values, row * size);
      });
      return [name, { type: 'tensor', shape, values }];
    }),
  );
}

/** The weights of one row, checked against the net that is to use them. */
export function readWeights(table: ArrowTable, specs: readonly WeightSpec[], row = 0): TensorMap {
  return Object.fromEntries(specs.map((spec) => [spec.name, readWeight(table, spec, row)]));
}

function readWeight(table: ArrowTable, { name, shape }: WeightSpec, row: number): TensorValue {
  const info = table.columns[name];
  if (info?.type !== 'tensor' || info.element !== 'float32' || info.shape.join() !== shape.join()) {
    const found = info?.type === 'tensor' ? `[${info.shape.join(', ')}]` : (info?.type ?? 'nothing');
    throw new Error(
      `weight "${name}": the model wants float32 [${shape.join(', ')}], the file has ${found}; ` +
        'it was written for another model, class count or image size',
    );
  }
  const rows: ArrowRows = table;
  const size = shape.reduce((product, length) => product * length, 1);
  const { values } = rows.tensor(name);
  return { dtype: 'float32', shape, values: new Float32Array(values.subarray(row * size, (row + 1) * size)) };
}

/** The weights of columns of one row. */
export function weightsOfColumns(columns: Columns, specs: readonly WeightSpec[]): TensorMap {
  return Object.fromEntries(
    specs.map(({ name, shape }): [string, TensorValue] => {
      const column = columns[name];
      if (column?.type !== 'tensor' || column.shape.join() !== shape.join())
        throw new Error(
          `weight "${name}": the model wants [${shape.join(', ')}], which these weights have not`,
        );
      return [name, { dtype: 'float32', shape, values: Float32Array.from(column.values) }];
    }),
  );
}
