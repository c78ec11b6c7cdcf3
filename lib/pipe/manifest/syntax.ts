import { isCollection, isScalar, visit, type Document, type Node } from 'yaml';

/** A mistake of the YAML itself: what is wrong between two offsets, and what to do. */
export interface SyntaxMistake {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint?: string;
}

type SyntaxError = Document['errors'][number];

/** What the parser could not read, in words on the text rather than on its grammar. */
export function syntaxMistakes(document: Document, text: string): SyntaxMistake[] {
  return causes(document.errors).map((error) => {
    const mistake = mistakeOf(error, document, text);
    return { ...mistake, end: Math.min(mistake.end, endOfLine(text, mistake.start)) };
  });
}

/** One slip often makes the parser stumble over all that follows. */
function causes(errors: Document['errors']): Document['errors'] {
  return errors.filter(({ code, pos }, index) => {
    if (index === 0) return true;
    const again = errors[index - 1]!.pos[0] === pos[0];
    return code !== 'UNEXPECTED_TOKEN' && !again;
  });
}

const INDENTATION =
  'the keys of a mapping begin in the same column, and what belongs to one is indented further';
const QUOTES = 'put the whole text in quotes';

/** Where the parser gave up, and what it said. */
interface Failure {
  readonly said: SyntaxMistake;
  readonly document: Document;
  readonly text: string;
  /** The line that it begins in. */
  readonly line: string;
}

function mistakeOf({ code, message, pos: [start, end] }: SyntaxError, document: Document, text: string) {
  const said: SyntaxMistake = { start, end, message };
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, endOfLine(text, start));
  return readings[code]?.({ said, document, text, line }) ?? said;
}

/** By the parser's codes; what it says otherwise is as plain as can be. */
const readings: Partial<Record<SyntaxError['code'], (failure: Failure) => SyntaxMistake>> = {
  BLOCK_AS_IMPLICIT_KEY: ({ said, text }) => nested(said, text),
  MULTILINE_IMPLICIT_KEY: ({ said, line }) =>
    /^\s*[\w-]+:[^\s/]/.test(line)
      ? { ...said, message: 'a space is missing after the colon' }
      : { ...said, message: 'this line has no `key: value`', hint: INDENTATION },
  BAD_INDENT: unfinished,
  MISSING_CHAR: unfinished,
  UNEXPECTED_TOKEN: ({ said, text, line }) =>
    said.message.endsWith(' at node end') ? trailing(said, text, line) : said,
  TAB_AS_INDENT: ({ said }) => ({
    ...said,
    message: 'a tab cannot indent a line',
    hint: 'indent with spaces',
  }),
  BAD_SCALAR_START: ({ said, text }) => {
    return { ...said, message: `a text cannot begin with \`${text[said.start] ?? ''}\``, hint: QUOTES };
  },
  MULTIPLE_DOCS: ({ said }) => {
    const hint = 'a pipeline is one: remove this line';
    return { ...said, message: 'a second document begins here', hint };
  },
};

function unfinished({ said, document, text }: Failure): SyntaxMistake {
  if (/^(?:Flow|Missing closing) /.test(said.message)) return unclosed(document, said, text) ?? said;
  return said.message.includes('same column') ? misplaced(said, text, said.start) : said;
}

/** A key where only a value can be: after a colon in the same line, or in a line that is indented too far. */
function nested(said: SyntaxMistake, text: string): SyntaxMistake {
  const end = endOfLine(text, said.start);
  const colon = /:(?=\s|$)/.exec(text.slice(said.start, end));
  if (colon !== null) {
    const start = said.start + colon.index;
    return {
      start,
      end: start + 1,
      message: 'a colon and a space make what is before them a key',
      hint: QUOTES,
    };
  }
  return misplaced(said, text, end);
}

/** The first line with something in it from an offset on. */
function misplaced(said: SyntaxMistake, text: string, from: number): SyntaxMistake {
  const start = from + text.slice(from).search(/\S/);
  if (start < from) return said;
  const message = 'this line begins in a column where no key can';
  return { start, end: endOfLine(text, start), message, hint: INDENTATION };
}

/** Something follows a value that has ended. */
function trailing(said: SyntaxMistake, text: string, line: string): SyntaxMistake {
  const message = 'the value has ended before this';
  const [, opened] = /^(?:\s*-)*\s*(?:[\w-]+\s*:\s+)?([{["'])/.exec(line) ?? [];
  const brace = text[said.start] === '{' ? '{' : opened;
  if (brace === undefined) return said;
  const hint =
    brace === '{' || brace === '['
      ? `a text that holds \`${brace}\` needs quotes here`
      : 'quotes go around the whole text';
  return { ...said, message, hint };
}

/** The innermost of what is open at the place where the parser gave up. */
function unclosed(document: Document, said: SyntaxMistake, text: string): SyntaxMistake | undefined {
  let opening: number | undefined;
  const note = (node: Node): void => {
    const at = node.range?.[0];
    if (at !== undefined && at <= said.start && '{["\''.includes(text[at] ?? ' ')) opening = at;
  };
  visit(document, {
    Node: (_, node) => {
      const open = node.range === undefined || node.range === null || node.range[1] >= said.start;
      if (open && (isScalar(node) || isCollection(node))) note(node);
    },
  });
  if (opening === undefined) return undefined;
  const mark = text[opening]!;
  return { start: opening, end: opening + 1, message: `\`${mark}\` is not closed` };
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : Math.max(end, offset + 1);
}
