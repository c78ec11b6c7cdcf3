import { describe, expect, test } from 'vitest';
import { placesIn } from '../../../lib/pipe/manifest/shell-text.ts';

/** The place of each `@` of a command. */
function places(command: string): string[] {
  return placesIn(
    command,
    [...command.matchAll(/@/g)].map(({ index }) => index),
  );
}

describe('where in a command something stands', () => {
  const cases: [string, string[]][] = [
    ['cat @ > @', ['word', 'word']],
    ['cat --in=@,@', ['word', 'word']],
    [`echo '@' "@" @`, ['single quotes', 'double quotes', 'word']],
    [`echo 'a'@'b' "a"@`, ['word', 'word']],
    [`echo 'it'\\''s' @`, ['word']],
    [`echo "it's" @ "@"`, ['word', 'double quotes']],
    [`echo "a\\"@" @`, ['double quotes', 'word']],
    [`echo \\@ a\\ @`, ['a backslash', 'word']],
    [`echo "\\@"`, ['a backslash']],
    ['a \\\n@', ['word']],
    ['# @\n@ a#@ #@', ['comment', 'word', 'word', 'comment']],
    ['(a; b)# @\n@', ['comment', 'word']],
    ['echo $# @; echo ${#x} @', ['word', 'word']],
    ['x=$(cat @) y="$(cat @ "$(cat @)")" z="@"', ['word', 'word', 'word', 'double quotes']],
    [`x="$(echo '@' "@" @)"@`, ['single quotes', 'double quotes', 'word', 'word']],
    ['x=`cat @` @', ['backquotes', 'word']],
    ["x=`cat '@'`", ['single quotes']],
    ['x="`cat @`@"', ['backquotes', 'double quotes']],
    ['echo ${x:-@} "${x:-@}" @', ['an expansion', 'an expansion', 'word']],
    [`echo "\${x:-it's}" @`, ['word']],
    ['echo $((@ + (1 + @))) @', ['arithmetic', 'arithmetic', 'word']],
    ['((n = @ << 2)) @', ['arithmetic', 'word']],
    ['echo $(case a in a) echo @;; (b) echo @;; esac; echo @) @', ['word', 'word', 'word', 'word']],
    ['x="$(case a in a) echo @;; esac)@"', ['word', 'double quotes']],
    ['cat <<E\n@ $(@)\nE\necho @', ['a here-document', 'a here-document', 'word']],
    ["cat <<'E' @\n'@\nE\necho @", ['word', 'a here-document', 'word']],
    ['cat <<-E\n\t@\n\tE\n@', ['a here-document', 'word']],
    ['cat <<A <<B\n@\nA\n@\nB\n@', ['a here-document', 'a here-document', 'word']],
    ['cat <<< @ @', ['word', 'word']],
    ['cat <<E\nno end @', ['a here-document']],
    [`echo $'a' @ $'it\\'s' @`, ['word', 'single quotes']],
    [`awk '{print $1}' @ | sed "s/'/@/"`, ['word', 'double quotes']],
    ['if a; then b @; fi; for f in @; do c "$f"; done', ['word', 'word']],
    ['{ a @; } > @', ['word', 'word']],
    ['diff <(a @) >(b "@")', ['word', 'double quotes']],
  ];
  test.each(cases)('%s', (command, expected) => {
    expect(places(command)).toEqual(expected);
  });
});
