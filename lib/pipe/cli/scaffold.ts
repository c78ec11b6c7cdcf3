/**
 * A first pipeline, path → text. Commands only, so that it runs wherever there is a shell: a chain of
 * stages, a parameter, a matrix and what gathers it.
 */
export const scaffold: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1

params:
  top: 5
  lengths: [4, 6]

stages:
  words:
    title: one word a line, in lower case
    cmd: tr '[:upper:]' '[:lower:]' < {inputs.text} | tr -cs '[:alpha:]' '\\n' > {outputs.words}
    inputs: { text: ./text.txt }
    outputs: { words: words.txt }

  count:
    title: the most frequent words of at least so many letters
    cmd: |
      grep -E '^.{'{length}',}$' {inputs.words} | sort | uniq -c | sort -k1,1rn -k2 | head -n {params.top} > {outputs.counts}
    params: [top]
    matrix: { length: '\${lengths}' }
    inputs: { words: words.words }
    outputs: { counts: counts.txt }

  report:
    title: a page with both lists
    cmd: |
      { echo '# Frequent words'; for list in {inputs.counts}; do echo; sed 's/^ */- /' "$list"; done; } > {outputs.page}
    inputs:
      counts: { from: count.counts, gather: [length] }
    outputs: { page: report.md }
`,
  'text.txt': `A pipeline is a set of stages. A stage reads files and writes files, and what it
writes another stage may read. Nothing runs twice for the same files: change this
text, and the stages that read it run again; change a number in the pipeline, and
only the stages that name it run again. Put the number back, and what was made
before comes back, and nothing runs.
`,
};

/** What is made by running, and does not belong under version control. */
export const IGNORED = ['/artifacts/', '/cache/'];
