import type { Dialect, Listed } from './dialect.ts';
import { KeyChain, regionOf } from './aws-keys.ts';
import type { RemoteSettings, Variables } from './settings.ts';
import { emptyBody, encoded, signed } from './sigv4.ts';
import { failed } from './trouble.ts';

/** Stores that speak S3: `s3://bucket/prefix`, objects `<prefix>/ac/<hash>` and `<prefix>/cas/<hash>`. */
export function s3Dialect(settings: RemoteSettings, env: Variables): Dialect {
  const named = new URL(settings.url);
  const bucket = named.hostname;
  const prefix = named.pathname.split('/').filter((part) => part !== '');
  const region = settings.region ?? regionOf(env) ?? 'us-east-1';
  const endpoint = settings.endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? null;
  const base = baseOf(bucket, region, endpoint);
  const chain = new KeyChain(env);
  const below = (parts: readonly string[]): URL => new URL(base.href + parts.map(encoded).join('/'));
  return {
    address: `s3://${[bucket, ...prefix].join('/')}`,
    compresses: false,
    url: (kind, hash) => below([...prefix, kind, hash]),
    async admit({ method, url, headers }, digest) {
      const { keys } = await chain.keys();
      if (keys === null) return failed({ reason: 'no-credentials' });
      const bodyDigest = digest === '' ? emptyBody : digest;
      return signed({ method, url, headers, bodyDigest, keys, region, now: new Date() });
    },
    async admission() {
      const found = await chain.keys();
      if (found.keys !== null) return `keys of ${found.from}, region ${region}`;
      return `without keys: none in ${found.looked.join(', ')}`;
    },
    upkeep: {
      listing(kind, after) {
        const url = new URL(base);
        url.searchParams.set('list-type', '2');
        url.searchParams.set('prefix', `${[...prefix, kind].join('/')}/`);
        if (after !== null) url.searchParams.set('continuation-token', after);
        // A blank is `%20` where it is signed, and `+` where URLSearchParams prints it.
        url.search = url.search.replaceAll('+', '%20');
        return { method: 'GET', url, headers: {} };
      },
      readListing,
    },
  };
}

/** With a slash at the end. Names with dots do not fit Amazon's certificates; other stores mostly want a path. */
function baseOf(bucket: string, region: string, endpoint: string | null): URL {
  if (endpoint !== null) return new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/`);
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  return new URL(bucket.includes('.') ? `https://${host}/${bucket}/` : `https://${bucket}.${host}/`);
}

/** Of a `ListBucketResult`, whose texts here are hexadecimal, numbers and dates: no more XML than that. */
function readListing(xml: string): { readonly files: readonly Listed[]; readonly after: string | null } {
  const files = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].flatMap(([, one]): Listed[] => {
    const hash = tag(one!, 'Key').split('/').at(-1) ?? '';
    const writtenAt = Date.parse(tag(one!, 'LastModified'));
    return /^[0-9a-f]{64}$/.test(hash) ? [{ hash, size: Number(tag(one!, 'Size')), writtenAt }] : [];
  });
  const next = unescaped(tag(xml, 'NextContinuationToken'));
  return { files, after: tag(xml, 'IsTruncated') === 'true' && next !== '' ? next : null };
}

function tag(xml: string, name: string): string {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? '';
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name]!);
}
