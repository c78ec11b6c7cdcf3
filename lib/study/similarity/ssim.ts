import { type HeatMap, requireSameSize } from './heat-map.ts';
import { gaussianWindow, greatestOddUpTo, uniformWindow, type Window, windowMeans } from './window.ts';

const luminanceConstant = 0.01 ** 2; // (K₁ L)² with data range L = 1
const contrastConstant = 0.03 ** 2; // (K₂ L)²
const uniformLength = 7;
const gaussianLength = 11;
const gaussianSigma = 1.5;
const leastLength = 3;

/**
 * Mean structural similarity of two maps with values in [0, 1] (Wang et al. 2004, eq. 13; the paper's eq. 6
 * and 7): the mean, over all windows wholly inside the image, of
 *
 *     (2 μa μb + C₁)(2 σab + C₂) / ((μa² + μb² + C₁)(σa² + σb² + C₂))
 *
 * with 7×7 uniform windows and unbiased (co)variances, as scikit-image's `structural_similarity` by default.
 * From −1 to 1; 1 for equal maps; symmetric.
 *
 * A map smaller than the window (Grad-CAM's 4×4, say) is compared with the greatest odd window that fits;
 * below 3×3 there is no structure to compare, and the result is null.
 */
export function meanSsim(a: HeatMap, b: HeatMap): number | null {
  const length = fittingLength(a, b, uniformLength);
  if (length < leastLength) return null;
  const pixels = length ** 2;
  return meanOverWindows(a, b, uniformWindow(length), pixels / (pixels - 1));
}

/**
 * The same with Wang's own windows: 11×11 Gaussian weights of σ = 1.5 and weighted (biased) covariances.
 * Smaller maps cut the Gaussian off at the greatest odd window that fits.
 */
export function meanSsimGaussian(a: HeatMap, b: HeatMap): number | null {
  const length = fittingLength(a, b, gaussianLength);
  if (length < leastLength) return null;
  return meanOverWindows(a, b, gaussianWindow(length, gaussianSigma), 1);
}

function fittingLength(a: HeatMap, b: HeatMap, length: number): number {
  requireSameSize(a, b);
  return Math.min(length, greatestOddUpTo(Math.min(a.height, a.width)));
}

function meanOverWindows(a: HeatMap, b: HeatMap, window: Window, covarianceScale: number): number {
  const means = (values: Float64Array): Float64Array => windowMeans(values, a.height, a.width, window);
  const meanA = means(a.values);
  const meanB = means(b.values);
  const meanAA = means(product(a.values, a.values));
  const meanBB = means(product(b.values, b.values));
  const meanAB = means(product(a.values, b.values));
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const ma = meanA[i]!;
    const mb = meanB[i]!;
    const varianceA = covarianceScale * (meanAA[i]! - ma * ma);
    const varianceB = covarianceScale * (meanBB[i]! - mb * mb);
    const covariance = covarianceScale * (meanAB[i]! - ma * mb);
    sum +=
      ((2 * ma * mb + luminanceConstant) * (2 * covariance + contrastConstant)) /
      ((ma * ma + mb * mb + luminanceConstant) * (varianceA + varianceB + contrastConstant));
  }
  return sum / meanA.length;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value * b[i]!);
}
