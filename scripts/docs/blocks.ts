/** A fenced block of code of a page. */
export interface Block {
  /** What follows the fence: `yaml`, `ts`, `console`. */
  readonly language: string;
  /** What follows that: `stages/sum.ts`. */
  readonly title: string;
  readonly text: string;
  /** The line of the fence, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in their order; of one language, where it is given. */
export function blocksOf(page: string, language?: string): Block[] {
  const blocks = [...page.matchAll(/^```(\S+) *(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    title: match[2]!,
    text: match[3]!,
    line: page.slice(0, match.index).split('\n').length,
  }));
  return language === undefined ? blocks : blocks.filter((block) => block.language === language);
}
