/** A remote cache as the user means it, from all that names it. Secrets are in `login` and `token` only. */
export interface RemoteSettings {
  /** Without user and password. `http:`, `https:` or `s3:`. */
  readonly url: string;
  /** What named it, to be told: a file, a variable. */
  readonly from: string;
  readonly write: boolean;
  /** Why it is not written to although it was to be; null where that is as asked. */
  readonly readOnlyFor: string | null;
  /** Whether outputs that no selected task reads, and that tasks which run need, are brought only, or all. */
  readonly download: 'needed' | 'all';
  /** Seconds without a byte after which the server counts as away. */
  readonly timeout: number;
  readonly region: string | null;
  /** Of an S3-compatible store other than Amazon's. */
  readonly endpoint: string | null;
  /** Absolute paths of PEM files. */
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly token: string | null;
}

/** What is asked of the surroundings. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** An address as it may be printed anywhere. */
export function printable(address: string): string {
  try {
    const url = new URL(address);
    [url.username, url.password, url.search, url.hash] = ['', '', '', ''];
    return url.href.replace(/\/$/, '');
  } catch {
    return 'an address that is none';
  }
}
