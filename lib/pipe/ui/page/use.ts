import { useEffect, useReducer, useState } from 'preact/hooks';
import { get, Unanswered, type Query } from './client.ts';
import type { Store } from './store.ts';

/** Draws again when what the page knows changes. */
export function useStore(store: Store): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(
    () =>
      store.subscribe(() => {
        draw(0);
      }),
    [store],
  );
}

/** The time, every so often; milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, every);
    return () => {
      clearInterval(timer);
    };
  }, [every]);
  return now;
}

export type Asked<T> =
  | { readonly state: 'asking' }
  | { readonly state: 'there'; readonly value: T }
  | { readonly state: 'failed'; readonly why: string };

/** What an address gives, asked again when `key` changes; what was there stays until then. */
export function useAsked<T>(name: string, query: Query, key: string): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'asking' });
  useEffect(() => {
    const control = new AbortController();
    get<T>(name, query, control.signal).then(
      (value) => {
        setAsked({ state: 'there', value });
      },
      (error: unknown) => {
        if (control.signal.aborted) return;
        const gone = error instanceof Unanswered && error.status === null;
        setAsked({
          state: 'failed',
          why: gone ? 'the server does not answer' : (error as Error).message,
        });
      },
    );
    return () => {
      control.abort();
    };
  }, [name, key]);
  return asked;
}
