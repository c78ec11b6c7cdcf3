/** How many images are in memory together: those of a call, and of their copies those that pass together. */
export interface ImagesAtOnce {
  readonly inCall: number;
  /** Whole calls' worth, unless it is fewer than a call. */
  readonly inPass: number;
}

/** More make nothing faster, and few in a call waste less where the last one is short. */
const MOST = { inCall: 4, pixelsInPass: 100 * 32 * 32 };

/** What a task may take whose stage does not say. */
export const UNDECLARED = 4e9;
/** What a task takes before it explains anything: Node, the runtime, the program, images and maps. */
const STANDING = 256e6;
/**
 * Of the weights: as read, as set, and in the device's order for both ways, wide filters as sixteen of one place, with
 * what putting them so takes.
 */
const COPIES_OF_WEIGHTS = 14;
/** What the runtime takes for each byte that has to be held: it asks for memory in powers of 2, and in pieces. */
const SLACK = 2.5;

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

/** Bytes that a task takes, about, of its weights and of what has to be held at once, in bytes. */
export function memoryOf(weights: number, held: number): number {
  return STANDING + COPIES_OF_WEIGHTS * weights + SLACK * held;
}
