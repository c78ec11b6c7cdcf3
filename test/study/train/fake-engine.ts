import type {
  CompileOptions,
  Engine,
  Program,
  TensorFunction,
  TensorMap,
} from '../../../lib/compute/program.ts';

/** What a program of a `FakeEngine` was told, in order. */
export interface Told {
  /** Which program, by the order in which they were compiled. */
  readonly program: number;
  readonly did: 'run' | 'setState' | 'getState' | 'dispose';
  readonly values: TensorMap;
}

/** Programs that compute by a function of what they are fed, and write down what they are told. */
export class FakeEngine implements Engine {
  readonly toolchain = {};
  readonly notes = [];
  readonly told: Told[] = [];
  readonly compiled: CompileOptions[] = [];
  readonly #compute: (fed: TensorMap, options: CompileOptions, run: number) => TensorMap;
  #runs = 0;

  constructor(compute: (fed: TensorMap, options: CompileOptions, run: number) => TensorMap) {
    this.#compute = compute;
  }

  compile(_fn: TensorFunction, options: CompileOptions): Promise<Program> {
    const program = this.compiled.push(options) - 1;
    let state: TensorMap = {};
    const note = (did: Told['did'], values: TensorMap = {}) => {
      this.told.push({ program, did, values });
    };
    return Promise.resolve({
      run: (fed) => {
        note('run', fed);
        return Promise.resolve(this.#compute(fed, options, this.#runs++));
      },
      setState: (values) => {
        note('setState', values);
        state = values;
      },
      getState: () => {
        note('getState');
        return Promise.resolve(state);
      },
      dispose: () => Promise.resolve(),
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

export function scalarOf(value: number) {
  return { dtype: 'float32', shape: [], values: Float32Array.of(value) } as const;
}

/** Logits of images by how bright each is: the class of three that `tinyImages` gives it, more or less. */
export function brightnessLogits({ x }: TensorMap): TensorMap {
  const [batch] = x!.shape as [number];
  const size = x!.values.length / batch;
  const values = new Float32Array(batch * 3);
  for (let row = 0; row < batch; row++) {
    const own = Array.from(x!.values.subarray(row * size, (row + 1) * size));
    const mean = own.reduce((sum, value) => sum + value, 0) / size;
    [-1, 0, 1].forEach((centre, k) => (values[row * 3 + k] = -((mean - centre) ** 2)));
  }
  return { logits: { dtype: 'float32', shape: [batch, 3], values } };
}
