import { groupLabel, methodLabel } from '../../figure/data/labels.ts';
import { percent, rangeOf } from '../../survey/written.ts';
import type { ResultRow } from '../../survey/results.ts';
import type { SurveyFindings } from './data.ts';

const WIDTH = 150;
const HEIGHT = 16;

/** What people said of the maps: a row each, with its interval against what chance gives. */
export function Survey({ survey: { rows, ownMaps } }: { survey: SurveyFindings }) {
  const several = rows.some(({ people }) => people !== 'everyone');
  return (
    <section aria-labelledby="survey">
      <h2 id="survey">What people say</h2>
      <p class="note">
        People chose between the map at early stopping and the last one of the same image, without knowing
        which is which; “no difference” counts a half. Intervals of 95 % are over people and images, or of one
        person over images alone; the line is what answers at random give.
        {!ownMaps && (
          <strong class="badge">
            What they saw are not the maps of this page: those were made anew since.
          </strong>
        )}
      </p>
      <div class="wide" tabIndex={0} role="region" aria-label="answers">
        <table class="survey">
          <thead>
            <tr>
              <th scope="col">question</th>
              <th scope="col">method</th>
              <th scope="col">group</th>
              {several && <th scope="col">of whom</th>}
              <th scope="col">share</th>
              <th scope="col">95 %</th>
              <th scope="col">
                <span class="unseen">drawn</span>
              </th>
              <th scope="col">people, images, answers</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <td>{rows[at - 1]?.question === row.question ? '' : row.question}</td>
                <td>{row.method === 'all' ? 'all' : methodLabel(row.method)}</td>
                <td>{row.group === 'all' ? 'all' : groupLabel(row.group)}</td>
                {several && <td>{row.people}</td>}
                <td class="number">{percent(row.value)}</td>
                <td class="number">{rangeOf(row)}</td>
                <td>
                  <Interval row={row} />
                </td>
                <td class="number">
                  {row.raters}, {row.items}, {row.answers}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        <code>npm run survey -- analyse ANSWERS</code> makes this table again from the answers and their key.
      </p>
    </section>
  );
}

/** From 0 to 1, a difference from −1 to 1. */
function Interval({ row: { question, value, low, high, chance } }: { row: ResultRow }) {
  const from = question.includes('−') ? -1 : 0;
  const x = (share: number): number => 4 + ((share - from) / (1 - from)) * (WIDTH - 8);
  const middle = HEIGHT / 2;
  return (
    <svg class="forest" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} style={{ width: `${WIDTH}px` }} aria-hidden="true">
      <line class="axis" x1={x(from)} x2={x(1)} y1={middle} y2={middle} />
      {chance !== null && <line class="line" x1={x(chance)} x2={x(chance)} y1={0} y2={HEIGHT} />}
      <g class="estimate given primary">
        {low !== null && high !== null && <line x1={x(low)} x2={x(high)} y1={middle} y2={middle} />}
        <circle cx={x(value)} cy={middle} r={3.5} />
      </g>
    </svg>
  );
}
