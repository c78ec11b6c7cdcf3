import type { ClaimData, StatisticData } from './data.ts';
import { Forest } from './forest.tsx';
import { type Origin, OriginMark } from './origin.tsx';
import { openWords, together, Verdict } from './verdict.tsx';
import { counted, rounded } from './written.ts';

export interface ClaimActions {
  readonly openOrigin: (origin: Origin) => void;
  /** Shows the maps that a statistic is of. */
  readonly showMaps: (statistic: StatisticData) => void;
}

export function Claims({ claims, ...actions }: { claims: readonly ClaimData[] } & ClaimActions) {
  return (
    <section aria-labelledby="claims">
      <h2 id="claims">What came out</h2>
      <p class="note">
        Each claim is judged by one statistic, named before anything was run: the claim holds where its whole
        interval lies in the shaded half, fails where it lies in the other. Thin marks are the statistics
        beside it. Open a claim for all numbers.
      </p>
      <div class="tiles">
        {claims.map((claim) => (
          <Tile key={claim.id} claim={claim} {...actions} />
        ))}
      </div>
    </section>
  );
}

function Tile({ claim, ...actions }: { claim: ClaimData } & ClaimActions) {
  const verdict = together(claim);
  const primaries = claim.statistics.filter(({ primary }) => primary);
  return (
    <details class="tile" id={`claim-${claim.id}`}>
      <summary>
        <Verdict verdict={verdict} />
        <h3>
          {claim.number}. {claim.text}
        </h3>
        <Forest
          statistics={claim.statistics}
          label={`statistics of claim ${claim.number} with their intervals against the line they are judged by`}
        />
        {primaries.slice(0, 1).map((primary) => (
          <p class="primary" key={primary.variant}>
            {primary.statistic}: <strong>{rounded(primary.value)}</strong>
            {primary.low !== null && ` (${rounded(primary.low)} to ${rounded(primary.high)})`};{' '}
            <span class="rule">holds if {primary.rule}</span>
          </p>
        ))}
      </summary>
      <div class="inside">
        <p>{claim.measured}</p>
        {primaries.map((primary) => (
          <p key={primary.variant}>{primary.open && `${primary.variant}: ${openWords(primary)}`}</p>
        ))}
        <Statistics claim={claim} {...actions} />
      </div>
    </details>
  );
}

function Statistics({ claim, openOrigin, showMaps }: { claim: ClaimData } & ClaimActions) {
  if (claim.statistics.length === 0) return <p>This study has nothing to test it on.</p>;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={`statistics of claim ${claim.number}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">runs</th>
            <th scope="col">statistic</th>
            <th scope="col">value</th>
            <th scope="col">95 % interval</th>
            <th scope="col">holds if</th>
            <th scope="col">p</th>
            <th scope="col">stands on</th>
            <th scope="col">verdict</th>
            <th scope="col" class="look">
              look
            </th>
          </tr>
        </thead>
        <tbody>
          {claim.statistics.map((each) => (
            <tr key={`${each.variant} ${each.statistic}`} class={each.primary ? 'primary' : ''}>
              <td>{each.variant}</td>
              <td>
                {each.statistic}
                {each.primary && ' (primary)'}
              </td>
              <td class="number">
                {rounded(each.value, 3)} <OriginMark origin={originOf(claim, each)} open={openOrigin} />
              </td>
              <td class="number">
                {each.low === null ? '' : `${rounded(each.low, 3)} to ${rounded(each.high, 3)}`}
              </td>
              <td>{each.rule ?? ''}</td>
              <td class="number">{each.p === null ? '' : each.p < 0.001 ? '< 0.001' : each.p.toFixed(3)}</td>
              <td>
                {counted(each.seeds, 'seed')}
                {each.images > 0 && `, ${counted(each.images, 'image')}`}
              </td>
              <td>{each.verdict && <Verdict verdict={each.verdict} />}</td>
              <td class="look">
                <button
                  type="button"
                  aria-label={`maps of ${each.statistic}, ${each.variant}`}
                  onClick={() => {
                    showMaps(each);
                  }}
                >
                  maps
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function originOf(claim: ClaimData, { variant, statistic, value }: StatisticData): Origin {
  return {
    what: `claim ${claim.number}, ${variant}, ${statistic}`,
    value: value === null ? 'not defined' : String(value),
    source: 'claims',
    where: [
      ['id', claim.id],
      ['variant', variant],
      ['statistic', statistic],
    ],
    columns: ['value', 'low', 'high', 'verdict'],
  };
}
