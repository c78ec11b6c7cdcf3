import type { InputIssue } from '../files/issue.ts';

/** A declared input that cannot be read. */
export function inputIssueText({ stage, input, path, reason }: InputIssue): string {
  const of = `input \`${input}\` of \`${stage}\``;
  switch (reason) {
    case 'missing':
      return `${of}: there is no ${path}`;
    case 'special':
      return `${of}: ${path} is a pipe, a socket or a device, and no file`;
    case 'unreadable':
      return `${of}: ${path} cannot be read`;
    case 'outside':
      return `${of}: ${path} leads out of the project through a symbolic link`;
    case 'dangling':
      return `${of}: ${path} is a symbolic link to what is not there`;
    case 'endless':
      return `${of}: ${path} is a symbolic link to a directory that it lies in, without end`;
    case 'not-utf-8':
      return `${of}: the name of ${path} is not UTF-8; give it another`;
    case 'two-lines':
      return `${of}: the name of ${JSON.stringify(path)} has a line end in it, and a list has one path a line; give it another`;
    case 'unmatched':
      return `${of}: no file matches ${path}`;
  }
}

/** `given`: the keys of the parameter that gives the path, if one does. */
export function inputIssueHint(
  { reason, path }: Pick<InputIssue, 'reason' | 'path'>,
  given?: readonly (string | number)[],
): string | undefined {
  if (reason === 'outside') return 'write `external: true` beside the path when that is meant';
  if (reason === 'missing' && path.includes('*'))
    return `\`{ glob: ${JSON.stringify(path)} }\` stands for the files that match`;
  return given && `\`--set params.${given.join('.')}=…\` gives another path`;
}
