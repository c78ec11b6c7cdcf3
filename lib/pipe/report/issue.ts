import type { InputIssue } from '../run/project.ts';

/** A declared input that cannot be read. */
export function inputIssueText({ input, path, reason }: InputIssue): string {
  switch (reason) {
    case 'missing':
      return `input \`${input}\`: there is no ${path}`;
    case 'unreadable':
      return `input \`${input}\`: ${path} cannot be read`;
    case 'outside':
      return `input \`${input}\`: ${path} leads out of the project through a symbolic link`;
    case 'unmatched':
      return `input \`${input}\`: no file matches ${path}`;
  }
}

export function inputIssueHint({ reason }: InputIssue): string | undefined {
  switch (reason) {
    case 'outside':
      return 'write `external: true` beside the path when that is meant';
    case 'missing':
    case 'unreadable':
    case 'unmatched':
      return undefined;
  }
}
