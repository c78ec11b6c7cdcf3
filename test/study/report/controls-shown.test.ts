import { Fragment, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { showControls } from '../../../lib/study/report/page/controls-shown.ts';

test('characters that no one sees, and that turn text around, are shown by their numbers wherever they stand', () => {
  showControls();
  const Named = ({ name }: { readonly name: string }) =>
    h('p', { title: `about ${name}` }, ['class ', name, h(Fragment, null, name), 3]);
  expect(renderToString(h(Named, { name: 'x\u202egnp\u0007' }))).toBe(
    '<p title="about x\\u202egnp\\u0007">class x\\u202egnp\\u0007x\\u202egnp\\u00073</p>',
  );
  // What an element has as its value, where it leads, and lines and names from right to left stay.
  expect(renderToString(h('option', { value: '\u202e' }, 'שלום\n\tעולם'))).toBe(
    '<option value="\u202e">שלום\n\tעולם</option>',
  );
});
