import { options, type ComponentChildren } from 'preact';
import { shown } from '../../report/shown.ts';

/** What somebody reads, or has read to them, that is no child of an element. */
const READ = ['title', 'alt', 'aria-label', 'aria-valuetext', 'placeholder'] as const;

/**
 * From here on, whatever is drawn shows control characters as a terminal is shown them, `\u202e`: a name that turns the
 * direction of what follows would else be read as another, and so would the command that has it. Values, addresses and
 * what is copied stay as they are.
 */
export function showControls(): void {
  options.vnode = (vnode) => {
    // Elements and fragments; what else has children gives them to one of these.
    const props = vnode.props as Record<string, unknown>;
    if (props['children'] !== undefined) props['children'] = visible(props['children'] as ComponentChildren);
    if (typeof vnode.type === 'string')
      for (const name of READ) {
        const text = props[name];
        if (typeof text === 'string') props[name] = shown(text, false);
      }
  };
}

function visible(children: ComponentChildren): ComponentChildren {
  if (typeof children === 'string') return shown(children, false);
  return Array.isArray(children) ? children.map(visible) : children;
}
