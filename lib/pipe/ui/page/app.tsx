import { useEffect, useMemo } from 'preact/hooks';
import { shown } from '../../report/shown.ts';
import { Banners } from './banners.tsx';
import { Experiments } from './experiments.tsx';
import { Header } from './header.tsx';
import { usePlace } from './place.ts';
import { Player } from './player.tsx';
import { Results } from './results.tsx';
import { Runs } from './runs.tsx';
import { Side } from './side.tsx';
import { Stages } from './stages.tsx';
import { Store } from './store.ts';
import { useStore } from './use.ts';

export function App() {
  const store = useMemo(() => new Store(), []);
  const [place, go] = usePlace();
  useStore(store);
  useEffect(() => store.look(place.looked), [store, JSON.stringify(place.looked)]);
  const project = store.pipeline?.project;
  useEffect(() => {
    if (project !== undefined) document.title = `${shown(project, false)} · pipe`;
  }, [project]);
  return (
    <>
      <Header store={store} place={place} go={go} />
      <Banners store={store} />
      {place.view === 'stages' && (
        <div class="split">
          <main id="main">
            <Player store={store} go={go} />
            <Stages store={store} place={place} go={go} />
          </main>
          <Side store={store} place={place} go={go} />
        </div>
      )}
      {place.view === 'results' && <Results store={store} go={go} />}
      {place.view === 'runs' && <Runs store={store} go={go} />}
      {place.view === 'experiments' && <Experiments store={store} />}
    </>
  );
}
