const digitBits = 8;
const digits = 1 << digitBits;
const signBit = 0x80000000;

/**
 * Places of the values from least to greatest; equal ones in order of place. A radix sort of the numbers'
 * bits, digit by digit from the lowest: for the thousand pixels of a heat map it takes less than half the time of
 * sorting by comparison and looking each value up. −0 comes before 0; there must be no NaN.
 */
export function risingOrder(values: Float64Array): Uint32Array {
  const { low, high } = sortableWords(values);
  let order = new Uint32Array(values.length);
  for (let place = 0; place < order.length; place++) order[place] = place;
  let next = new Uint32Array(values.length);
  const starts = new Uint32Array(digits + 1);
  for (const words of [low, high])
    for (let shift = 0; shift < 32; shift += digitBits) {
      if (countDigits(words, shift, starts) <= 1) continue;
      for (let at = 0; at < order.length; at++) {
        const place = order[at]!;
        next[starts[(words[place]! >>> shift) & (digits - 1)]!++] = place;
      }
      [order, next] = [next, order];
    }
  return order;
}

/** The lower and upper halves of numbers as unsigned words whose order is that of the numbers. */
function sortableWords(values: Float64Array): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let i = 0; i < values.length; i++) {
    const upper = view.getUint32(8 * i + upperHalf, littleEndian);
    const lower = view.getUint32(8 * i + lowerHalf, littleEndian);
    // The more negative a number, the greater its other bits.
    const isNegative = upper >= signBit;
    high[i] = isNegative ? ~upper : upper | signBit;
    low[i] = isNegative ? ~lower : lower;
  }
  return { low, high };
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const [lowerHalf, upperHalf] = littleEndian ? ([0, 4] as const) : ([4, 0] as const);

/** Where each digit's words begin once they are sorted by it; gives how many digits occur. */
function countDigits(words: Uint32Array, shift: number, starts: Uint32Array): number {
  starts.fill(0);
  for (let place = 0; place < words.length; place++)
    starts[((words[place]! >>> shift) & (digits - 1)) + 1]!++;
  let occurring = 0;
  for (let digit = 0; digit < digits; digit++) {
    if (starts[digit + 1]! > 0) occurring++;
    starts[digit + 1]! += starts[digit]!;
  }
  return occurring;
}
