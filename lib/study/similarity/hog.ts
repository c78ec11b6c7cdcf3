import { type HeatMap, requireSameSize } from './heat-map.ts';
import { pearson } from './pearson.ts';

const orientations = 9;
const cellsPerSide = 4;
const steadying = 1e-5;

/**
 * Pearson's correlation of the histograms of oriented gradients of two maps with values in [0, 1] (Adebayo et
 * al. 2018, §3.2), from −1 to 1: alike when edges of one direction lie in the same places. Their 16×16-pixel
 * cells leave nothing of a 32×32 image, so a map is cut into 4×4 cells whatever its size. Null when either
 * map has no gradient at all.
 */
export function hogSimilarity(a: HeatMap, b: HeatMap): number | null {
  requireSameSize(a, b);
  return pearson(hog(a), hog(b));
}

/**
 * Histograms of oriented gradients (Dalal and Triggs 2005): per cell, gradient magnitudes summed by direction
 * in nine bins over 180°, each cell scaled to length 1. As scikit-image's `hog` with one cell per block and
 * `block_norm='L2'`. `[cell row, cell column, orientation]`; pixels past the last whole cell are left out.
 */
export function hog({ height, width, values }: HeatMap): Float64Array {
  const cellHeight = Math.max(1, Math.floor(height / cellsPerSide));
  const cellWidth = Math.max(1, Math.floor(width / cellsPerSide));
  const cellRows = Math.min(cellsPerSide, Math.floor(height / cellHeight));
  const cellColumns = Math.min(cellsPerSide, Math.floor(width / cellWidth));
  const histograms = new Float64Array(cellRows * cellColumns * orientations);
  for (let y = 0; y < cellRows * cellHeight; y++)
    for (let x = 0; x < cellColumns * cellWidth; x++) {
      // Central differences; the border has none.
      const down = y > 0 && y < height - 1 ? values[(y + 1) * width + x]! - values[(y - 1) * width + x]! : 0;
      const right = x > 0 && x < width - 1 ? values[y * width + x + 1]! - values[y * width + x - 1]! : 0;
      if (down === 0 && right === 0) continue;
      const cell = Math.floor(y / cellHeight) * cellColumns + Math.floor(x / cellWidth);
      const magnitude = Math.sqrt(down * down + right * right);
      histograms[cell * orientations + orientationBin(down, right)]! += magnitude / (cellHeight * cellWidth);
    }
  for (let start = 0; start < histograms.length; start += orientations)
    scaleToUnitLength(histograms.subarray(start, start + orientations));
  return histograms;
}

/** Opposite directions are one orientation. */
function orientationBin(down: number, right: number): number {
  const angle = Math.atan2(down, right) / Math.PI; // in half turns, from −1 to 1
  const halfTurn = angle < 0 ? angle + 1 : angle;
  return Math.floor(halfTurn * orientations) % orientations;
}

function scaleToUnitLength(histogram: Float64Array): void {
  const length = Math.sqrt(histogram.reduce((sum, value) => sum + value * value, steadying ** 2));
  for (let i = 0; i < histogram.length; i++) histogram[i]! /= length;
}
