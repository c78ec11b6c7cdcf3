/** How many images are in memory together: those of a call, and of their copies those that pass together. */
export interface ImagesAtOnce {
  readonly inCall: number;
  /** Whole calls' worth, unless it is fewer than a call. */
  readonly inPass: number;
}

/** More make nothing faster, and few in a call waste less where the last one is short. */
const MOST = { inCall: 4, pixelsInPass: 100 * 32 * 32 };

/**
 * The choices for images of a shape, `[height, width, channels]`, from the most to the least. `together`: images of the
 * net share blocks, four at most. There are never fewer than that, nor a single one: the runtime would add up in
 * another order, and maps differ in their last digits by how much memory there is.
 */
export function choicesAtOnce(
  [height, width]: readonly number[],
  together: boolean,
): readonly ImagesAtOnce[] {
  const least = together ? MOST.inCall : 2;
  const choices: ImagesAtOnce[] = [];
  let inPass = Math.max(least, Math.floor(MOST.pixelsInPass / (height! * width!)));
  for (; inPass >= least; inPass = Math.floor(inPass / 2))
    choices.push({ inPass, inCall: Math.min(MOST.inCall, Math.max(least, Math.floor(inPass / 2))) });
  return choices;
}
