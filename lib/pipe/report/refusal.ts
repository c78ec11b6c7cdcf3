import type { Refusal } from '../store/refused.ts';

/** What the machine refused to read or to write, and what to do about it. */
export function refusalText({ code, path, doing, message }: Refusal): string {
  // Where the words are the engine's own, they are about this very place.
  const plain = message.startsWith(`${code}: `) ? (WORDS[code] ?? message) : message;
  const said = path === undefined ? message : `could not ${doing ?? 'write'} ${path}: ${plain}`;
  return `${said}${plain === message ? advice(code, doing) : '; move it away, and run again'}`;
}

/** Of what is there, and is something else than it has to be: the machine's words do not say where, or of what. */
const WORDS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory, where a file has to be',
  ENOTDIR: 'a file lies where one of its directories has to be',
  EEXIST: 'a file lies there, where a directory has to be',
  ELOOP: 'its links lead in a circle',
};

function advice(code: string, doing: Refusal['doing']): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return '; free some space (`pipe gc` drops old results), and run again';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `; make it ${doing === 'read' ? 'readable' : 'writable'}, and run again`;
    // So `disk.ts` says it of a pipe and a device.
    case 'EINVAL':
      return doing === 'read' ? '; move it away, and run again' : '';
    default:
      return '';
  }
}
