import { Canvas } from './canvas.tsx';
import type { RunData } from './data.ts';
import { useOneTabStop } from './one-tab-stop.ts';
import type { Pictures } from './pictures.ts';
import { groupsOf } from './state.ts';
import { groupWord } from './written.ts';

interface Props {
  readonly run: RunData;
  /** Place of the run. */
  readonly at: number;
  readonly chosen: number;
  readonly pictures: Pictures | null;
  readonly choose: (image: number) => void;
}

/** The images that were explained, by group. */
export function ImageList({ run, at, chosen, pictures, choose }: Props) {
  const list = useOneTabStop<HTMLElement>(chosen);
  const groups = groupsOf(run);
  return (
    <nav class="images" aria-label="images" ref={list}>
      {groups.map((group) => (
        <div key={group}>
          <h3>
            {group} <small>{groupWord(group)}</small>
          </h3>
          <div class="thumbs">
            {run.images.map((image, place) =>
              image.group === group ? (
                <button
                  key={image.index}
                  type="button"
                  aria-pressed={place === chosen}
                  tabIndex={place === chosen ? 0 : -1}
                  aria-label={`image ${image.index}, ${run.classes[image.label] ?? image.label}, group ${group}`}
                  title={`${run.classes[image.label] ?? image.label}, image ${image.index}`}
                  onClick={() => {
                    choose(place);
                  }}
                >
                  {pictures && <Thumb painted={pictures.image(at, place)} />}
                </button>
              ) : null,
            )}
          </div>
        </div>
      ))}
    </nav>
  );
}

function Thumb({ painted }: { painted: Parameters<typeof Canvas>[0]['painted'] }) {
  return (
    <span aria-hidden="true">
      <Canvas painted={painted} label="" wide={26} />
    </span>
  );
}
