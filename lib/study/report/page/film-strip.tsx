import { MapPicture, type ViewProps } from './one-image.tsx';
import { rounded } from './written.ts';

const MAP = 58;

/** One image's maps at all checkpoints side by side. */
export function FilmStrip({ study, state, pictures, update }: ViewProps) {
  const run = study.runs[state.run]!;
  const scores = run.scores[state.similarity][state.image]!;
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="heat maps of the image at all checkpoints">
      <table class="maps strip">
        <thead>
          <tr>
            <th scope="col">method</th>
            {run.epochs.map((epoch) => (
              <th
                key={epoch}
                scope="col"
                class={`${epoch === run.stop ? 'stop' : ''}${epoch === state.epoch ? ' now' : ''}`}
              >
                <button
                  type="button"
                  aria-pressed={epoch === state.epoch}
                  onClick={() => {
                    update({ epoch });
                  }}
                >
                  {epoch === run.stop ? `ES ${epoch}` : epoch}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {run.methods.map(({ name, label, dependsOnImage }, method) => (
            <tr key={name} class={method === state.method ? 'chosen' : ''}>
              <th scope="row">
                {label}
                {dependsOnImage === false && <span class="badge">same map for every image of the class</span>}
              </th>
              {run.epochs.map((epoch, place) => (
                <td
                  key={epoch}
                  class={`${epoch === run.stop ? 'stop' : ''}${epoch === state.epoch ? ' now' : ''}`}
                >
                  <MapPicture
                    painted={
                      pictures &&
                      pictures.map({ run: state.run, image: state.image, method, place }, state.common)
                    }
                    label={`${label} at epoch ${epoch}`}
                    wide={MAP}
                  />
                  <small>{rounded(scores[method]![place]!)}</small>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
