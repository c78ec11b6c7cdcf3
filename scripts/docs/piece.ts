import { loadPipeline, type Pipeline } from '../../lib/pipe/graph/load.ts';
import { surroundings } from '../../lib/pipe/manifest/guide.ts';
import { formatDiagnostic } from '../../lib/pipe/report/diagnostic.ts';
import { styleFor } from '../../lib/pipe/report/style.ts';

const STAGE = 'stages.*.';

/** A piece of `pipeline.yaml` that shows a key, as a whole file. */
export interface Piece {
  readonly file: string;
  /** Columns by which its lines are further in than in the piece. */
  readonly indent: number;
}

/** A piece of a stage becomes the stage `it` of the surroundings, one of the file gets what else a file needs. */
export function pieceOf(key: string, text: string): Piece {
  if (key.startsWith(STAGE)) {
    const lines = text.split('\n').map((line) => `    ${line}\n`);
    const work = /^(?:use|cmd):/m.test(text) ? '' : '    cmd: ./work\n';
    return { file: `${surroundings}  it:\n${lines.join('')}${work}`, indent: 4 };
  }
  const version = /^version:/m.test(text) ? '' : 'version: 1\n';
  const stages = /^stages:/m.test(text) ? '' : 'stages:\n  words: { cmd: ./work }\n';
  return { file: `${version}${text}\n${stages}`, indent: 0 };
}

/** Other files that pieces name. */
const files: Readonly<Record<string, string>> = {
  'params.yaml': 'seeds: [0, 1]\n',
  'models/pipeline.yaml': `version: 1
params: { width: 8 }
stages:
  train:
    cmd: ./train {params.width} {outputs.model}
    params: [width]
    outputs: { model: model.json }
`,
};

export function load({ file }: Piece): Pipeline {
  const read = (path: string) => files[path] ?? null;
  const list = (pattern: string) => (pattern === 'data/*.csv' ? ['data/a.csv', 'data/b.csv'] : []);
  return loadPipeline(file, { file: 'pipeline.yaml', read, list });
}

const style = styleFor({ isTTY: false, env: {}, noColor: true });

/** What the program prints of a piece's mistakes, without the place in the whole file. */
export function printed(piece: Piece): readonly string[] {
  const loaded = load(piece);
  const diagnostics = loaded.ok ? loaded.warnings : loaded.diagnostics;
  return diagnostics.flatMap((diagnostic) => {
    const [title = '', ...frame] = formatDiagnostic(diagnostic, piece.file, style).split('\n');
    const margin = new RegExp(`^ *\\d* │ {0,${piece.indent + 1}}`);
    return [
      title.replace(/^pipeline\.yaml:\d+:\d+: /, ''),
      ...frame.map((line) =>
        line.includes('│') ? line.replace(margin, '  │ ') : line.replace(/^ +=/, '  ='),
      ),
    ];
  });
}
