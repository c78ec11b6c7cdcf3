/** A small pipeline of commands: a chain, a parameter, a matrix and what gathers it. */
export const words: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1
params:
  top: 2
  lengths: [3, 5]
stages:
  words:
    cmd: tr -cs '[:alpha:]' '\\n' < {inputs.text} > {outputs.words}
    inputs: { text: ./text.txt }
    outputs: { words: words.txt }
  count:
    cmd: grep -E '^.{'{length}',}$' {inputs.words} | sort | uniq -c | sort -k1,1rn -k2 | head -n {params.top} > {outputs.counts}
    params: [top]
    matrix: { length: '\${lengths}' }
    inputs: { words: words.words }
    outputs: { counts: counts.txt }
  report:
    cmd: cat {inputs.counts} > {outputs.page}
    inputs:
      counts: { from: count.counts, gather: [length] }
    outputs: { page: report.md }
`,
  'text.txt': 'one fish two fish seven whales seven\n',
};

/** Sums along a chain: each segment adds its value to the one before. */
export const chain: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1
params:
  steps: [1, 2, 3]
stages:
  sum:
    cmd: |
      echo $(( $(cat {inputs.before} 2>/dev/null || echo 0) + {step} )) > {outputs.sum}
    scan: { axis: step, values: '\${steps}', carry: { before: sum } }
    outputs: { sum: sum.txt }
  square:
    cmd: echo $(( $(cat {inputs.sum}) * $(cat {inputs.sum}) )) > {outputs.square}
    inputs: { sum: sum.sum }
    outputs: { square: square.txt }
  all:
    cmd: cat {inputs.squares} > {outputs.all}
    inputs: { squares: { from: square.square, gather: [step] } }
    outputs: { all: all.txt }
`,
};

/** Outputs that go when they have been read. */
export const temporary: Readonly<Record<string, string>> = {
  'pipeline.yaml': `version: 1
params: { last: 1 }
stages:
  sort: { cmd: 'echo {n} > {outputs.o}', matrix: { n: [1, 2] }, outputs: { o: { path: o.txt, temp: true } } }
  use:
    cmd: cat {inputs.o} > {outputs.o}; echo {params.last} >> {outputs.o}
    params: [last]
    inputs: { o: { from: sort.o, gather: [n] } }
    outputs: { o: o.txt }
`,
};
