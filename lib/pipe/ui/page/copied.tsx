import { useState } from 'preact/hooks';

/** A command, and a button that puts it on the clipboard. */
export function Copied({ text }: { readonly text: string }) {
  const [done, setDone] = useState('');
  return (
    <div class="copied">
      <code>{text}</code>
      <button
        type="button"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => setDone('Copied'),
            () => setDone('Not copied'),
          );
        }}
      >
        {done === '' ? 'Copy' : done}
      </button>
    </div>
  );
}
