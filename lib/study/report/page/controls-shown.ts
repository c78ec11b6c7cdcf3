import { type ComponentChildren, options } from 'preact';

/** Control characters other than a line end and a tab, and those that turn the direction of what follows. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** What is read to somebody, or seen on a pointer's rest, and is no child of an element. */
const READ = ['title', 'alt', 'aria-label', 'aria-valuetext'] as const;

/**
 * From here on, whatever is drawn shows control characters by their numbers, as JSON does: a class or a data set whose
 * name has one would else turn the words around it. Values and what is copied stay as they are.
 */
export function showControls(): void {
  options.vnode = (vnode) => {
    const props = vnode.props as Record<string, unknown>;
    if (props['children'] !== undefined) props['children'] = visible(props['children'] as ComponentChildren);
    if (typeof vnode.type === 'string')
      for (const name of READ) {
        const text = props[name];
        if (typeof text === 'string') props[name] = escaped(text);
      }
  };
}

function visible(children: ComponentChildren): ComponentChildren {
  if (typeof children === 'string') return escaped(children);
  return Array.isArray(children) ? children.map(visible) : children;
}

function escaped(text: string): string {
  return text.replace(CONTROL, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
