/** `did you mean …?` for a name that is not among the known ones, where one is near. */
export function didYouMean(typed: string, known: Iterable<string>): string | undefined {
  const near = nearest(typed, known);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** The known name with the fewest slips of the finger away, if those are few for its length. */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const name of known) {
    const allowed = Math.max(1, Math.floor(Math.max(name.length, typed.length) / 3));
    if (Math.abs(name.length - typed.length) > allowed) continue;
    const edits = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (edits <= allowed && edits < fewest && edits < name.length) [best, fewest] = [name, edits];
  }
  return best;
}

/** `a`, `b` and `c`, or how many more there are. */
export function listed(names: readonly string[], limit = 8): string {
  const shown = names.slice(0, limit).map((name) => `\`${name}\``);
  if (names.length > limit) return `${shown.join(', ')} and ${names.length - limit} more`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? 'none') : `${shown.join(', ')} and ${last ?? ''}`;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2]! + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
