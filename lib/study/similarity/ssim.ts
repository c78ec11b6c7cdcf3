import { type HeatMap, requireSameSize } from './heat-map.ts';
import { boxMeans, gaussianWindow, greatestOddUpTo, windowMeans } from './window.ts';

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
  return meanOverWindows(
    a,
    b,
    (values) => boxMeans(values, a.height, a.width, length),
    pixels / (pixels - 1),
  );
}

/**
 * The same with Wang's own windows: 11×11 Gaussian weights of σ = 1.5 and weighted (biased) covariances.
 * Smaller maps cut the Gaussian off at the greatest odd window that fits.
 */
export function meanSsimGaussian(a: HeatMap, b: HeatMap): number | null {
  const length = fittingLength(a, b, gaussianLength);
  if (length < leastLength) return null;
  const window = gaussianWindow(length, gaussianSigma);
  return meanOverWindows(a, b, (values) => windowMeans(values, a.height, a.width, window), 1);
}

function fittingLength(a: HeatMap, b: HeatMap, length: number): number {
  requireSameSize(a, b);
  return Math.min(length, greatestOddUpTo(Math.min(a.height, a.width)));
}

/** `means`: of each window of an image. */
function meanOverWindows(
  a: HeatMap,
  b: HeatMap,
  means: (values: Float64Array) => Float64Array,
  covarianceScale: number,
): number {
  const size = a.values.length;
  const squares = new Float64Array(size); // a² + b²: their variances are needed only together
  const products = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const [va, vb] = [a.values[i]!, b.values[i]!];
    squares[i] = va * va + vb * vb;
    products[i] = va * vb;
  }
  const meanA = means(a.values);
  const meanB = means(b.values);
  const meanSquares = means(squares);
  const meanProducts = means(products);
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const ma = meanA[i]!;
    const mb = meanB[i]!;
    const variances = covarianceScale * (meanSquares[i]! - (ma * ma + mb * mb));
    const covariance = covarianceScale * (meanProducts[i]! - ma * mb);
    sum +=
      ((2 * ma * mb + luminanceConstant) * (2 * covariance + contrastConstant)) /
      ((ma * ma + mb * mb + luminanceConstant) * (variances + contrastConstant));
  }
  return sum / meanA.length;
}
