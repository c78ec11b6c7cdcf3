/// <reference lib="dom" />
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A list of many buttons is one stop of Tab, the chosen one; where arrow keys choose another, the focus goes along. */
export function useOneTabStop<E extends HTMLElement>(chosen: number): RefObject<E | null> {
  const list = useRef<E>(null);
  useLayoutEffect(() => {
    const element = list.current;
    if (element?.contains(document.activeElement) !== true) return;
    element.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  }, [chosen]);
  return list;
}
