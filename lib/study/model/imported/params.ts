import { z } from 'zod';

const name = z.string().min(1);

/** A net trained elsewhere: a graph, and a file of weights for each checkpoint. */
export const importedParams = z.strictObject({
  family: z.literal('imported'),
  /** Of the `.onnx` file, for the runner: the stage gets it as an input. */
  graph: z.string(),
  /** Of each checkpoint's `.safetensors`, `.npz` or `.onnx` file, with `{axis}` in it; for the runner, too. */
  weights: z.string(),
  /** A table of losses and errors by epoch, `.csv` or `.json`, for the runner; null: they are computed. */
  history: z.string().nullable().default(null),
  /**
   * The layer that Grad-CAM looks at: a tensor or node of the graph, or a module of PyTorch, by its name. Null for
   * a net without one, whose class activation maps then need `attribute.layers`.
   */
  features: name.nullable().default(null),
  /** What gives the logits, named likewise; null: the graph's output. */
  logits: name.nullable().default(null),
});

export type ImportedParams = z.output<typeof importedParams>;
