import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** What a weight is for; decides how it is initialised, and whether SGD updates it. */
export type WeightRole = 'convolution' | 'scale' | 'shift' | 'mean' | 'variance' | 'linear' | 'bias';

/** `mean` and `variance` are batch norm's running averages: state, not trained. */
export interface WeightSpec {
  /** Dotted, unique: `group2.block1.conv1.filter`. */
  readonly name: string;
  /** Filters are `[height, width, in, out]`, as in TensorFlow; the linear layer is `[in, out]`. */
  readonly shape: readonly number[];
  readonly role: WeightRole;
}

export type Weights = Readonly<Record<string, Tensor>>;

export interface ForwardOptions {
  /** True: batch statistics, and `averages` in the result. False: the running averages. */
  readonly training: boolean;
  /** The rectifier at every ReLU of the net, those after residual additions included; attribution methods pass their own rule. */
  readonly relu: (x: Tensor4D) => Tensor4D;
  /** Told each node of an imported net, `Relu 'layer1.relu'`, before it is computed. */
  readonly at?: ((node: string) => void) | undefined;
}

export interface ForwardResult {
  /** `[batch, classes]`, before softmax. */
  readonly logits: Tensor2D;
  /** New running averages by weight name; empty unless training. */
  readonly averages: Readonly<Record<string, Tensor>>;
}

type Relu = ForwardOptions['relu'];

/** A net cut in two at a layer. */
export interface CutNet {
  /** The layer's output, after its ReLU, `[batch, height, width, channels]`: Grad-CAM's A. */
  features(weights: Weights, x: Tensor4D, relu: Relu): Tensor4D;
  /** The logits from there on; `x` for what passes the layer by. */
  head(weights: Weights, features: Tensor4D, x: Tensor4D, relu: Relu): Tensor2D;
}

/** A network as a pure function of its weights. */
export interface Model {
  /** In the order of the forward pass. The linear layer is `linear.weight` (`[in, classes]`) and `linear.bias`. */
  readonly weights: readonly WeightSpec[];
  readonly classes: number;
  /** Multiply-adds of one forward pass of one image. */
  readonly multiplyAdds: number;
  /** False: no ReLU is in it, so that methods which rule them do nothing of their own. */
  readonly hasRelu?: boolean;
  /** By its name, or null: the last of its convolutional part. Throws for a name that it has not. */
  layer(name: string | null): CutNet;
  /** The softmax of every attention, the first layer's first, `[batch, heads, tokens, tokens]`; absent: there is none. */
  attentions?(weights: Weights, x: Tensor4D): readonly Tensor[];
  /** `x`: `[batch, height, width, channels]`, normalised. */
  forward(weights: Weights, x: Tensor4D, options: ForwardOptions): ForwardResult;
}
