/** The words of a text that have at least so many letters, in lower case. */
export function wordsOf(text: string, length: number): string[] {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.filter((word) => word.length >= length);
}
