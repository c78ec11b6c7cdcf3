import { isAbsolute, join } from 'node:path';
import type { RemoteDeclaration } from '../manifest/remote-grammar.ts';
import { printable, type RemoteSettings, type Variables } from './settings.ts';

/** What one place says of the remote cache. */
export interface Layer {
  readonly declared: RemoteDeclaration;
  /** The place, as it is told. */
  readonly from: string;
  /** The directory that its paths are relative to. */
  readonly directory: string;
  /** Others wrote it, or read it. */
  readonly committed: boolean;
}

export const OFF = 'off';
const defaultTimeout = 20;

/** What the variables say; `off` as the address is none, whatever files say. */
export function variableLayer(env: Variables, directory: string): Layer {
  const { PIPE_REMOTE_CACHE: url, PIPE_REMOTE_WRITE: write } = env;
  const { PIPE_REMOTE_TOKEN: token, PIPE_REMOTE_USER: user, PIPE_REMOTE_PASSWORD: password } = env;
  const declared: RemoteDeclaration = {
    ...(url !== undefined && { url: url === '' ? OFF : url }),
    ...(write !== undefined && write !== '' && { write: !['0', 'false', 'no'].includes(write) }),
    ...(token !== undefined && token !== '' && { token }),
    ...(user !== undefined && password !== undefined && { user, password }),
  };
  return { declared, from: 'PIPE_REMOTE_CACHE', directory, committed: false };
}

/**
 * The remote cache that several places name together, the later ones before the earlier; null where none does. What is
 * said of one address holds for no other: least of all its secrets.
 */
export function resolveRemote(
  layers: readonly Layer[],
  env: Variables,
  asked: { readonly write: boolean },
): RemoteSettings | null {
  let all: RemoteDeclaration = {};
  let from = '';
  let committed = true;
  for (const layer of layers) {
    const { declared } = layer;
    const { download, timeout } = all;
    const anew = declared.url !== undefined && declared.url !== all.url;
    const kept = anew ? { ...(download && { download }), ...(timeout && { timeout }) } : all;
    all = { ...kept, ...declared, ...absolute(layer) };
    if (declared.url !== undefined) from = layer.from;
    if (declared.write !== undefined) committed = layer.committed;
  }
  if (all.url === undefined || all.url === OFF) return null;
  const wants = asked.write || all.write === true;
  const request = wants && committed && !asked.write ? pullRequest(env) : null;
  return {
    url: printable(all.url),
    from,
    write: wants && request === null,
    readOnlyFor: request,
    download: all.download ?? 'needed',
    timeout: all.timeout ?? defaultTimeout,
    region: all.region ?? null,
    endpoint: all.endpoint ?? null,
    ca: all.ca ?? null,
    certificate: all.certificate ?? null,
    key: all.key ?? null,
    token: all.token ?? null,
    login: loginOf(all),
  };
}

function loginOf({ user, password, url = '' }: RemoteDeclaration): RemoteSettings['login'] {
  if (user !== undefined && password !== undefined) return { user, password };
  const { username, password: secret } = new URL(url);
  return username === ''
    ? null
    : { user: decodeURIComponent(username), password: decodeURIComponent(secret) };
}

function absolute({ declared, directory }: Layer): RemoteDeclaration {
  const place = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  const { ca, certificate, key } = declared;
  return {
    ...(ca !== undefined && { ca: place(ca) }),
    ...(certificate !== undefined && { certificate: place(certificate) }),
    ...(key !== undefined && { key: place(key) }),
  };
}

/** By which a CI says that it builds what somebody proposes. */
const proposals: readonly (readonly [name: string, is: RegExp])[] = [
  ['GITHUB_EVENT_NAME', /^pull_request/],
  ['CI_MERGE_REQUEST_IID', /./],
  ['BITBUCKET_PR_ID', /./],
  ['SYSTEM_PULLREQUEST_PULLREQUESTID', /./],
  ['CIRCLE_PULL_REQUEST', /./],
  ['BUILDKITE_PULL_REQUEST', /^(?!false$)./],
  ['TRAVIS_PULL_REQUEST', /^(?!false$)./],
  ['CHANGE_ID', /./],
];

/** The variable that says that a pull request is built; null where none does. */
function pullRequest(env: Variables): string | null {
  return proposals.find(([name, is]) => is.test(env[name] ?? ''))?.[0] ?? null;
}
