import { useEffect, useState } from 'preact/hooks';
import type { Looked } from './store.ts';

export const VIEWS = ['stages', 'results', 'runs', 'experiments'] as const;
export type View = (typeof VIEWS)[number];

/** What is looked at, as it stands in the address: it can be sent, and gone back to. */
export interface Place {
  readonly view: View;
  readonly looked: Looked;
  readonly task: string | null;
  readonly stage: string | null;
}

export function placeIn(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const [run, profile] = [given.get('run'), given.get('profile')];
  return {
    view: VIEWS.find((view) => view === given.get('view')) ?? 'stages',
    looked:
      run !== null
        ? { kind: 'run', run }
        : profile !== null
          ? { kind: 'profile', profile }
          : { kind: 'newest' },
    task: given.get('task'),
    stage: given.get('stage'),
  };
}

export function hashOf({ view, looked, task, stage }: Place): string {
  const search = new URLSearchParams();
  if (view !== 'stages') search.set('view', view);
  if (looked.kind === 'run') search.set('run', looked.run);
  if (looked.kind === 'profile') search.set('profile', looked.profile);
  if (task !== null) search.set('task', task);
  if (stage !== null) search.set('stage', stage);
  return search.size === 0 ? '#' : `#${search.toString()}`;
}

export type Go = (change: Partial<Place>) => void;

export function usePlace(): readonly [Place, Go] {
  const [place, setPlace] = useState(placeIn(location.hash));
  useEffect(() => {
    const moved = (): void => {
      setPlace(placeIn(location.hash));
    };
    addEventListener('hashchange', moved);
    return () => {
      removeEventListener('hashchange', moved);
    };
  }, []);
  const go: Go = (change) => {
    location.hash = hashOf({ ...placeIn(location.hash), ...change });
  };
  return [place, go];
}
