import { MapPicture, type ViewProps } from './one-image.tsx';
import { useOneTabStop } from './one-tab-stop.ts';
import { groupsOf, placeOfEpoch } from './state.ts';
import { groupWord, rounded } from './written.ts';

const MAP = 72;

/** The maps of all images by one method, moving together. */
export function AllImages({ study, state, pictures, update }: ViewProps) {
  const list = useOneTabStop<HTMLDivElement>(state.image);
  const run = study.runs[state.run]!;
  const place = placeOfEpoch(run, state.epoch);
  const { label, dependsOnImage } = run.methods[state.method]!;
  const groups = groupsOf(run);
  return (
    <div class="all" ref={list}>
      <p class="note">
        {label}, epoch {state.epoch}; under each map its{' '}
        {state.similarity === 'mssim' ? 'MSSIM' : 'Spearman ρ'} to early stopping.
        {dependsOnImage === false && <span class="badge">same map for every image of the class</span>}
      </p>
      {groups.map((group) => (
        <section key={group} aria-label={`group ${group}`}>
          <h3>
            {group} <small>{groupWord(group)}</small>
          </h3>
          <div class="pictures">
            {run.images.map((image, at) =>
              image.group === group ? (
                <button
                  key={image.index}
                  type="button"
                  aria-pressed={at === state.image}
                  tabIndex={at === state.image ? 0 : -1}
                  title="look at all its maps"
                  onClick={() => {
                    update({ image: at, view: 'one' });
                  }}
                >
                  <MapPicture
                    painted={
                      pictures &&
                      pictures.map({ run: state.run, image: at, method: state.method, place }, state.common)
                    }
                    label={`${label} of image ${image.index}`}
                    wide={MAP}
                  />
                  <small>
                    {run.classes[image.label] ?? ''}{' '}
                    {rounded(run.scores[state.similarity][at]![state.method]![place]!)}
                  </small>
                </button>
              ) : null,
            )}
          </div>
        </section>
      ))}
    </div>
  );
}
