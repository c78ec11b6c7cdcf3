import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { AttributionMethod } from './explained.ts';
import { gradCam } from './grad-cam.ts';
import { guidedBackpropagation } from './guided-backpropagation.ts';

/**
 * Guided backpropagation where Grad-CAM is: their product, Grad-CAM enlarged to the image's size first.
 *
 * Selvaraju et al. 2017, *Grad-CAM*, §3.1. Enlarged bilinearly with half-pixel centres and no antialiasing,
 * as PyTorch's `interpolate(mode='bilinear', align_corners=False)`; Captum's default is `nearest`.
 *
 * `[batch, height, width, channels]` of the input, signed; all zero where Grad-CAM is.
 */
export const guidedGradCam: AttributionMethod = (explained) => {
  const [, height, width] = explained.x.shape;
  const cam = tf.image.resizeBilinear(gradCam(explained), [height, width], false, true);
  return tf.mul<Tensor4D>(cam, guidedBackpropagation(explained));
};
