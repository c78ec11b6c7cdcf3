/** What a netrc says of a machine. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The login for a host, or the default one; null where there is none. `macdef` blocks are passed over. */
export function loginFor(host: string, netrc: string): Login | null {
  const words = netrc.replace(/^macdef[^\n]*\n(?:[^\n]+\n)*/gm, '').match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  let ours = false;
  let login: { user?: string; password?: string } = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === 'machine' || word === 'default') {
      if (ours) break;
      ours = word === 'default' || words[at + 1] === host;
      login = {};
      if (word === 'machine') at += 1;
    } else if (word === 'login') login.user = unquoted(words[(at += 1)] ?? '');
    else if (word === 'password') login.password = unquoted(words[(at += 1)] ?? '');
    else if (word === 'account') at += 1;
  }
  const { user, password } = login;
  return ours && user !== undefined && password !== undefined ? { user, password } : null;
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}
