import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** −log softmax(logits) at the right class, for each image of the batch; its gradient is softmax − oneHot. */
export function softmaxCrossEntropy(logits: Tensor2D, oneHot: Tensor2D): Tensor1D {
  const losses = tf.customGrad((...given) => {
    const [x, classes] = given as [Tensor2D, Tensor2D];
    const save = given.at(-1) as unknown as tf.GradSaveFunc;
    const logProbabilities = tf.logSoftmax(x);
    save([logProbabilities, classes]);
    return { value: tf.neg(tf.sum(tf.mul(logProbabilities, classes), 1)), gradFunc };
  });
  return losses(logits, oneHot) as Tensor1D;
}

function gradFunc(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [logProbabilities, oneHot] = saved as [Tensor2D, Tensor2D];
  const upstream = tf.reshape(dy, [-1, 1]);
  const difference = tf.sub(tf.exp(logProbabilities), oneHot);
  return [tf.mul(difference, upstream), tf.neg(tf.mul(logProbabilities, upstream))];
}
