/**
 * Where in a command a value that is quoted by itself can stand: as a word or part of one. Elsewhere its quotes
 * would be text, or end those that stand around it, and the shell would read what it holds.
 */
export type ShellPlace =
  | 'word'
  | 'comment'
  | 'single quotes'
  | 'double quotes'
  | 'a here-document'
  | 'backquotes'
  | 'arithmetic'
  | 'an expansion'
  | 'a backslash';

interface Frame {
  /** What ends it. */
  readonly kind: 'top' | '$(' | '(' | '"' | '`' | '${' | '$((';
  /** Open `case … esac` in it, in which a `)` without its `(` ends a pattern. */
  cases: number;
}

interface HereDocument {
  readonly end: string;
  readonly tabs: boolean;
}

/** Reads a command as the shells do, as far as it takes to know the place of each of these offsets, ascending. */
export function placesIn(command: string, offsets: readonly number[]): ShellPlace[] {
  const reader = new Reader(command);
  return offsets.map((offset) => reader.placeAt(offset));
}

/** What a word may begin after. */
const BREAK = /[\s;&|()<>]/;

class Reader {
  readonly #text: string;
  readonly #frames: Frame[] = [{ kind: 'top', cases: 0 }];
  #at = 0;
  /** The place of what was passed over as a whole, and where that ends. */
  #span: { readonly place: ShellPlace; readonly end: number } = { place: 'word', end: 0 };
  #documents: HereDocument[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  placeAt(offset: number): ShellPlace {
    while (this.#at < offset && this.#span.end <= offset) this.#step();
    if (this.#span.end > offset) return this.#span.place;
    return this.#place();
  }

  #place(): ShellPlace {
    // In backquotes a backslash and a backquote have a meaning even between single quotes.
    if (this.#frames.some(({ kind }) => kind === '`')) return 'backquotes';
    switch (this.#frame.kind) {
      case 'top':
      case '(':
      case '$(':
        return 'word';
      case '"':
        return 'double quotes';
      case '`':
        return 'backquotes';
      case '${':
        return 'an expansion';
      case '$((':
        return 'arithmetic';
    }
  }

  get #frame(): Frame {
    return this.#frames.at(-1)!;
  }

  #step(): void {
    const letter = this.#text[this.#at]!;
    const { kind } = this.#frame;
    if (letter === '\\') this.#pass('a backslash', this.#at + 2);
    else if (letter === '`') this.#toggle('`');
    else if (letter === '$') this.#dollar();
    else if (letter === '"') this.#toggle('"');
    else if (kind === '"') this.#skip(1);
    else if (kind === '${') this.#expansion(letter);
    else if (kind === '$((') this.#arithmetic(letter);
    else if (letter === '#' && this.#beginsWord()) this.#pass('comment', this.#lineEnd());
    else if (letter === '\n' && this.#documents.length > 0) this.#passDocuments();
    else if (letter === '<' && this.#hereDocument()) return;
    else if (letter === '(') this.#opening();
    else if (letter === ')') this.#closing();
    else if (/[a-z]/.test(letter) && this.#beginsWord()) this.#word();
    else this.#quoteOr(letter);
  }

  #skip(length: number): void {
    this.#at += length;
  }

  #pass(place: ShellPlace, end: number): void {
    this.#span = { place, end };
    this.#at = end;
  }

  #open(kind: Frame['kind'], length: number): void {
    this.#frames.push({ kind, cases: 0 });
    this.#skip(length);
  }

  #close(length: number): void {
    if (this.#frames.length > 1) this.#frames.pop();
    this.#skip(length);
  }

  #toggle(kind: '"' | '`'): void {
    if (this.#frame.kind === kind) this.#close(1);
    else this.#open(kind, 1);
  }

  #dollar(): void {
    const rest = this.#text.slice(this.#at);
    // In bash and others `$'it\'s'` is one text.
    const ansi = this.#frame.kind === '"' ? null : /^\$'(?:[^'\\]|\\.)*'/s.exec(rest);
    if (rest.startsWith('$((')) this.#open('$((', 3);
    else if (rest.startsWith('$(')) this.#open('$(', 2);
    else if (rest.startsWith('${')) this.#open('${', 2);
    else if (ansi === null) this.#skip(1);
    // To a shell that does not know it, a quote is open from here on.
    else if (ansi[0].includes("\\'")) this.#pass('single quotes', this.#text.length);
    else this.#pass('single quotes', this.#at + ansi[0].length);
  }

  #quoteOr(letter: string): void {
    const end = letter === "'" ? this.#text.indexOf("'", this.#at + 1) : this.#at;
    if (letter !== "'") this.#skip(1);
    else this.#pass('single quotes', end < 0 ? this.#text.length : end + 1);
  }

  #expansion(letter: string): void {
    if (letter === '}') this.#close(1);
    // Between double quotes the others are text.
    else if (this.#frames.at(-2)?.kind === '"') this.#skip(1);
    else this.#quoteOr(letter);
  }

  #arithmetic(letter: string): void {
    // The inner parentheses of an expression were opened one by one.
    const inner = this.#frames.at(-2)?.kind === '$((';
    if (letter === '(') this.#open('$((', 1);
    else if (letter === ')') this.#close(!inner && this.#text[this.#at + 1] === ')' ? 2 : 1);
    else this.#skip(1);
  }

  #opening(): void {
    // `((n << 2))`, which is no here-document.
    const sum = /^\(\((?:[^()]|\([^()]*\))*\)\)/.exec(this.#text.slice(this.#at));
    if (sum !== null && this.#beginsWord()) this.#pass('arithmetic', this.#at + sum[0].length);
    else this.#open('(', 1);
  }

  #closing(): void {
    const { kind, cases } = this.#frame;
    if (kind === 'top' || cases > 0) this.#skip(1);
    else this.#close(1);
  }

  #word(): void {
    const [word] = /^[a-z]+(?![\w-])/.exec(this.#text.slice(this.#at)) ?? [];
    if (word === 'case' && this.#beginsCommand()) this.#frame.cases += 1;
    if (word === 'esac' && this.#frame.cases > 0) this.#frame.cases -= 1;
    this.#skip(word?.length ?? 1);
  }

  #beginsWord(): boolean {
    return this.#at === 0 || BREAK.test(this.#text[this.#at - 1]!);
  }

  #beginsCommand(): boolean {
    return /(?:^|[;&|({\n!]|\b(?:then|do|else|if|while|until))\s*$/.test(this.#text.slice(0, this.#at));
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  /** `<<END` and `<<-'END'`; not `<<<`, after which a word follows. */
  #hereDocument(): boolean {
    const found = /^<<(-?)[ \t]*((?:\\.|'[^']*'|"[^"]*"|[^\s;&|()<>'"\\])+)/.exec(this.#text.slice(this.#at));
    if (found === null || this.#text[this.#at - 1] === '<' || this.#text.startsWith('<<<', this.#at))
      return false;
    const [whole, dash, word] = found;
    this.#documents.push({ end: word!.replaceAll(/['"\\]/g, ''), tabs: dash === '-' });
    this.#skip(whole.length);
    return true;
  }

  #passDocuments(): void {
    let at = this.#at + 1;
    let closed = true;
    for (const { end, tabs } of this.#documents) {
      for (let over = false; !over && at < this.#text.length;) {
        const stop = this.#text.indexOf('\n', at);
        const line = this.#text.slice(at, stop < 0 ? undefined : stop);
        over = (tabs ? line.replace(/^\t+/, '') : line) === end;
        at = stop < 0 ? this.#text.length : stop + 1;
        closed = over;
      }
    }
    this.#documents = [];
    // The line's end before what follows is a place for words again.
    this.#pass('a here-document', closed ? Math.max(this.#at + 1, at - 1) : this.#text.length);
  }
}
