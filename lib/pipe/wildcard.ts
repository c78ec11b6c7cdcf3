/**
 * Whether all of a text is like a pattern, in which `*` stands for any letters and, where `one` is given, that sign for a
 * single one. Its time grows with the product of both lengths at most; that of a regular expression with `.*` in it
 * grows with a power that is the number of stars.
 */
export function isLike(pattern: string, text: string, one?: string): boolean {
  const [signs, letters] = [Array.from(pattern), Array.from(text)];
  let [at, read] = [0, 0];
  /** Behind the last star, and where what it stands for ends so far. */
  let [behind, end] = [-1, 0];
  while (read < letters.length) {
    const sign = signs[at];
    if (sign === '*') {
      at += 1;
      [behind, end] = [at, read];
    } else if (sign !== undefined && (sign === letters[read] || sign === one)) {
      at += 1;
      read += 1;
    } else if (behind >= 0) {
      end += 1;
      [at, read] = [behind, end];
    } else return false;
  }
  while (signs[at] === '*') at += 1;
  return at === signs.length;
}
