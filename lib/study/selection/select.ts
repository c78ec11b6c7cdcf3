import { type Candidate, type Classified, listsOfClass } from './lists.ts';

/** Clearly correct, clearly wrong, could go either way. */
export type Group = 'A' | 'B' | 'C';

export interface SelectedImage extends Candidate {
  readonly group: Group;
  /** From 1, within class and group. In C, the images of list A come first. */
  readonly rank: number;
}

export interface Selection {
  /** By class, then group, then rank. */
  readonly images: readonly SelectedImage[];
  /** One line for each class and group that came out short. */
  readonly warnings: readonly string[];
}

export interface SelectOptions {
  /** Images in A and in B per class. */
  readonly clear: number;
  /** Images in C per class from the end of list A, and as many from the end of list B. */
  readonly borderline: number;
  /** Whether images whose label is not what was drawn may be picked. */
  readonly mislabelled: boolean;
}

/**
 * Picks images to explain (§3 of the paper, eq. 5). Per class, correctly classified images form list A with
 * score p_c, the others list B with score max p − p_c, both in descending order. Group A is the top of list
 * A, group B the top of list B, group C the ends of both. A list that is too short serves its clear group
 * first; no image is in two groups. Images that label noise has given another label are in no list unless asked
 * for: a net that names what was drawn is not wrong about them.
 */
export function selectImages(classified: Classified, options: SelectOptions): Selection {
  const images: SelectedImage[] = [];
  const warnings: string[] = [];
  classified.classes.forEach((name, label) => {
    const { correct, wrong } = listsOfClass(classified, label, options.mislabelled);
    const groups = [
      { group: 'A', chosen: top(correct, options.clear), wanted: options.clear },
      { group: 'B', chosen: top(wrong, options.clear), wanted: options.clear },
      {
        group: 'C',
        chosen: [...ends(correct, options), ...ends(wrong, options)],
        wanted: 2 * options.borderline,
      },
    ] as const;
    for (const { group, chosen, wanted } of groups) {
      images.push(...chosen.map((candidate, i) => ({ ...candidate, group, rank: i + 1 })));
      if (chosen.length < wanted)
        warnings.push(`class ${name}: group ${group} has ${chosen.length} of ${wanted} images`);
    }
  });
  return { images, warnings };
}

function top(list: readonly Candidate[], clear: number): readonly Candidate[] {
  return list.slice(0, clear);
}

/** The lowest scores that are not in the clear group, lowest first. */
function ends(list: readonly Candidate[], { clear, borderline }: SelectOptions): readonly Candidate[] {
  const from = Math.max(Math.min(clear, list.length), list.length - borderline);
  return list.slice(from).reverse();
}
