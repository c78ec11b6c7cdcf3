import picocolors from 'picocolors';

/** How text may look where it goes: colours or none, and whether the font has more than ASCII. */
export interface Style {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  readonly unicode: boolean;
}

export interface StyleQuestion {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  readonly noColor: boolean;
}

/**
 * `--no-color` and NO_COLOR (https://no-color.org: any non-empty value) win over FORCE_COLOR, and that
 * over what the stream is. Colour never carries meaning alone: every state also has a word.
 */
export function styleFor({ isTTY, env, noColor }: StyleQuestion): Style {
  const refused = noColor || (env.NO_COLOR ?? '') !== '' || env.FORCE_COLOR === '0';
  const forced = (env.FORCE_COLOR ?? '') !== '';
  const able = isTTY && env.TERM !== 'dumb';
  return { colors: picocolors.createColors(!refused && (forced || able)), unicode: speaksUnicode(env) };
}

function speaksUnicode(env: StyleQuestion['env']): boolean {
  if (env.TERM === 'linux') return false;
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}
