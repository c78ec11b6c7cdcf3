import { ImportError, type ImportedGraph } from '../../../compute/import/graph.ts';
import type { FileTensor } from '../../../compute/onnx/decode.ts';
import type { TensorMap } from '../../../compute/program.ts';
import { permuteValues } from '../../../compute/trace/fold.ts';
import type { WeightRole, WeightSpec } from '../model.ts';

/** What of an operator's operands is what; the rest are biases. */
const ROLES: Readonly<Record<string, readonly (WeightRole | null)[]>> = {
  Conv: [null, 'convolution', 'bias'],
  BatchNormalization: [null, 'scale', 'shift', 'mean', 'variance'],
  Gemm: [null, 'linear', 'bias'],
  MatMul: [null, 'linear'],
};

/** A weight of the net, and how its axes lie in the file: filters become [height, width, in, out], matrices [in, out]. */
export interface PlacedWeight {
  readonly spec: WeightSpec;
  /** The file's axes in the order they have here; null where that is theirs. */
  readonly order: readonly number[] | null;
}

export function placedWeights(graph: ImportedGraph): readonly PlacedWeight[] {
  const { nodes, tensors } = graph.file;
  return graph.weights.map((name) => {
    const { dims } = tensors[name]!;
    const users = nodes.filter(({ inputs }) => inputs.includes(name));
    const [user] = users;
    const role = (user && ROLES[user.op]?.[user.inputs.indexOf(name)]) ?? 'bias';
    const alone = users.length === 1;
    const filter = role === 'convolution' && dims.length === 4 && alone;
    const turned = role === 'linear' && user!.attributes.transB === 1 && alone;
    const order = filter ? [2, 3, 1, 0] : turned ? [1, 0] : null;
    // A filter that is no image's, or that other operators use as well, is left as it lies.
    const own = role === 'convolution' && !filter ? 'bias' : role;
    return {
      spec: { name, role: own, shape: order === null ? dims : order.map((axis) => dims[axis]!) },
      order,
    };
  });
}

function listed(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * A checkpoint's tensors as the net's weights. Throws an `ImportError` unless each is there in its shape; tensors
 * that the graph does not use are left out.
 */
export function importWeights(
  graph: ImportedGraph,
  tensors: Readonly<Record<string, FileTensor>>,
): TensorMap {
  return Object.fromEntries(
    placedWeights(graph).map(({ spec, order }) => {
      const { name, shape } = spec;
      const wanted = graph.file.tensors[name]!.dims;
      const tensor = Object.hasOwn(tensors, name) ? tensors[name]! : null;
      if (tensor === null)
        throw new ImportError(
          `the checkpoint has no '${name}', which the graph uses; it has ${Object.keys(tensors).slice(0, 6).join(', ')}… ` +
            "Export the graph so that it keeps the state dict's names (docs/own-checkpoints.md)",
        );
      if (tensor.external !== undefined)
        throw new ImportError(
          `'${name}' lies in '${tensor.external}', a file of its own; export it with external_data=False`,
        );
      if (tensor.dims.join() !== wanted.join())
        throw new ImportError(
          `'${name}' is ${listed(tensor.dims)} in the checkpoint and ${listed(wanted)} in the graph`,
        );
      const values = Float32Array.from(tensor.values);
      return [
        name,
        { dtype: 'float32', shape, values: order === null ? values : permuteValues(values, wanted, order) },
      ];
    }),
  );
}
