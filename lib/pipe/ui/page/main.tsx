import { render } from 'preact';
import { App } from './app.tsx';
import { showControls } from './shown-text.ts';

showControls();
render(<App />, document.getElementById('page')!);
