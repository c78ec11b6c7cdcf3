/** Pixels of a lane, and where in its row a stage's node stands. */
const LANE = 14;
const NODE = 19;

interface Props {
  readonly row: string;
  /** The row below, which tells what goes on. */
  readonly next: string;
  /** Lanes of the whole drawing. */
  readonly lanes: number;
}

/** A row of the drawing that `pipe dag` prints, as tall as what stands beside it. */
export function Lanes({ row, next, lanes }: Props) {
  const at = (text: string, lane: number): string => text[2 * lane] ?? ' ';
  const x = (lane: number): number => lane * LANE + LANE / 2;
  const strokes = Array.from({ length: lanes }, (_, lane) => {
    const letter = at(row, lane);
    const above = '│├┤┼└┘┴'.includes(letter);
    const below = '│├┤┼'.includes(letter) || ('●─ '.includes(letter) && goesOn(at(next, lane), letter));
    return (
      <>
        {above && <line x1={x(lane)} x2={x(lane)} y1="0" y2={NODE} />}
        {below && <line x1={x(lane)} x2={x(lane)} y1={NODE} y2="100%" />}
        {letter === '─' && <line x1={x(lane) - LANE / 2} x2={x(lane) + LANE / 2} y1={NODE} y2={NODE} />}
        {'├┼└┴'.includes(letter) && <line x1={x(lane)} x2={x(lane) + LANE / 2} y1={NODE} y2={NODE} />}
        {'┤┼┘┴'.includes(letter) && <line x1={x(lane) - LANE / 2} x2={x(lane)} y1={NODE} y2={NODE} />}
        {row[2 * lane + 1] === '─' && <line x1={x(lane)} x2={x(lane + 1)} y1={NODE} y2={NODE} />}
        {letter === '●' && <circle cx={x(lane)} cy={NODE} r="4.5" />}
      </>
    );
  });
  return (
    <div class="laned" style={{ width: `${lanes * LANE}px` }}>
      <svg class="lanes" width={lanes * LANE} aria-hidden="true">
        {strokes}
      </svg>
    </div>
  );
}

/** A lane that begins at a node leads down to whoever reads it. */
function goesOn(below: string, letter: string): boolean {
  return letter === '●' && '│├┤┼└┘┴'.includes(below);
}
