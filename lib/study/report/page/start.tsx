/// <reference lib="dom" />
import { hydrate } from 'preact';
import { App } from './app.tsx';
import { showControls } from './controls-shown.ts';
import type { StudyData } from './data.ts';
import { MapStore } from './map-store.ts';
import { Pictures } from './pictures.ts';
import { RECORD_ELEMENT, recordIn } from './record.ts';

/** Where the browser begins: brings the written page to life. */
export function start(): void {
  const study = JSON.parse(document.getElementById('study')!.textContent) as StudyData;
  const store = new MapStore(study);
  showControls();
  hydrate(
    <App
      study={study}
      pictures={new Pictures(study, store)}
      record={recordIn(document.getElementById(RECORD_ELEMENT)?.textContent ?? '')}
      onArrival={(listener) => store.onArrival(listener)}
    />,
    document.getElementById('page')!,
  );
}
