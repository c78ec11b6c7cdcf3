import { describe, expect, test } from 'vitest';
import { loadManifest } from '../../../lib/pipe/manifest/load.ts';
import { readUserFile } from '../../../lib/pipe/manifest/user-file.ts';
import { loginFor } from '../../../lib/pipe/remote/netrc.ts';
import { resolveRemote, variableLayer, type Layer } from '../../../lib/pipe/remote/resolve.ts';
import { printable } from '../../../lib/pipe/remote/settings.ts';

const layer = (declared: Layer['declared'], given: Partial<Layer> = {}): Layer => ({
  declared,
  from: 'a file',
  directory: '/project',
  committed: false,
  ...given,
});
const resolved = (layers: readonly Layer[], env = {}, write = false) =>
  resolveRemote([...layers, variableLayer(env, '/project')], env, { write });

describe('where a remote cache is named', () => {
  test('nothing named is none, and `off` or an empty variable is none whatever files say', () => {
    expect(resolved([])).toBeNull();
    expect(resolved([layer({ write: true })])).toBeNull();
    for (const PIPE_REMOTE_CACHE of ['off', ''])
      expect(resolved([layer({ url: 'https://one' })], { PIPE_REMOTE_CACHE })).toBeNull();
  });

  test('an address alone is only read from, and brings what is needed', () => {
    expect(resolved([layer({ url: 'https://one/x' })])).toMatchObject({
      url: 'https://one/x',
      write: false,
      download: 'needed',
      timeout: 20,
    });
  });

  test('later places go before earlier ones, key by key', () => {
    const layers = [layer({ url: 'https://one', write: true, timeout: 5 }), layer({ write: false })];
    expect(resolved(layers)).toMatchObject({ write: false, timeout: 5, from: 'a file' });
    expect(resolved(layers, { PIPE_REMOTE_WRITE: '1' })).toMatchObject({ write: true });
    expect(resolved(layers, {}, true)).toMatchObject({ write: true });
  });

  test('what is said of one address holds for no other, its secrets least of all', () => {
    const first = layer({
      url: 's3://one',
      write: true,
      token: 'secret',
      region: 'r',
      ca: 'ca.pem',
      timeout: 5,
      download: 'all',
    });
    expect(resolved([first], { PIPE_REMOTE_CACHE: 'https://two' })).toMatchObject({
      url: 'https://two',
      from: 'PIPE_REMOTE_CACHE',
      write: false,
      token: null,
      region: null,
      ca: null,
      timeout: 5,
      download: 'all',
    });
    expect(resolved([first], { PIPE_REMOTE_CACHE: 's3://one' })).toMatchObject({
      token: 'secret',
      write: true,
    });
  });

  test('a user and a password in an address are taken out of it', () => {
    const remote = resolved([], { PIPE_REMOTE_CACHE: 'https://me:s%40fe@one/x/' })!;
    expect(remote).toMatchObject({ url: 'https://one/x', login: { user: 'me', password: 's@fe' } });
    expect(printable('https://me:secret@one/x?token=secret#secret')).toBe('https://one/x');
  });

  test('paths are relative to the file that names them', () => {
    const remote = resolved([layer({ url: 'https://one', ca: 'a/ca.pem', certificate: '/etc/me.pem' })]);
    expect(remote).toMatchObject({ ca: '/project/a/ca.pem', certificate: '/etc/me.pem' });
  });

  test.each([
    { GITHUB_EVENT_NAME: 'pull_request' },
    { GITHUB_EVENT_NAME: 'pull_request_target' },
    { CI_MERGE_REQUEST_IID: '12' },
    { BUILDKITE_PULL_REQUEST: '12' },
  ])('`write` of the committed file does not hold where a pull request is built: %j', (env) => {
    const committed = layer({ url: 'https://one', write: true }, { committed: true });
    expect(resolved([committed], env)).toMatchObject({ write: false, readOnlyFor: Object.keys(env)[0] });
    expect(resolved([committed], { ...env, PIPE_REMOTE_WRITE: '1' })).toMatchObject({ write: true });
    expect(
      resolved([committed], { GITHUB_EVENT_NAME: 'push', BUILDKITE_PULL_REQUEST: 'false' }),
    ).toMatchObject({
      write: true,
      readOnlyFor: null,
    });
  });
});

describe('a user’s own file', () => {
  const said = (text: string) =>
    readUserFile(text, 'pipe.local.yaml').diagnostics.map(({ range, message }) => [
      range.start.line,
      range.start.column,
      message,
    ]);

  test('may hold secrets, and a password in the address', () => {
    const { remote, diagnostics } = readUserFile(
      'remote: { url: https://me:x@one, token: t, write: true }',
      'pipe.local.yaml',
    );
    expect([remote, diagnostics]).toEqual([{ url: 'https://me:x@one', token: 't', write: true }, []]);
    expect(readUserFile('', 'pipe.local.yaml')).toEqual({ remote: null, sites: {}, diagnostics: [] });
    expect(readUserFile('remote: s3://one/x', 'x').remote).toEqual({ url: 's3://one/x' });
  });

  test.each<[string, [number, number, string]]>([
    ['remote:\n  url: https://one\n  tokn: x\n', [3, 3, 'unknown key `tokn`']],
    ['remotes: https://one\n', [1, 1, 'unknown key `remotes`']],
    ['remote: { url: one }\n', [1, 16, 'this is no address of a remote cache']],
    ['remote: { user: me }\n', [1, 11, '`user` and `password` go together']],
    [
      'remote: { user: me, password: x, token: y }\n',
      [1, 34, '`token` and `user` are two ways to be let in; give one'],
    ],
    ['remote: { timeout: soon }\n', [1, 20, 'expected a number, got the text "soon"']],
    ['remote: {\n', [1, 9, '`{` is not closed']],
    ['- remote\n', [1, 1, 'expected a mapping, got a list']],
  ])('%j is told at its place', (text, place) => {
    expect(said(text)[0]).toEqual(place);
  });
});

test('a password in pipeline.yaml is refused, at its place', () => {
  const text = 'version: 1\nremote: https://me:x@one\nstages: { a: { cmd: "true" } }\n';
  const loaded = loadManifest(text, { file: 'pipeline.yaml' });
  expect(
    loaded.ok ? [] : loaded.diagnostics.map(({ range, message }) => [range.start.line, message]),
  ).toEqual([[2, 'a password in this file is one that all its readers have']]);
});

describe('a netrc', () => {
  const text = `
machine one.example login me password "a \\"b\\" c"
macdef init
machine fake login x password y

machine two.example
  account none
  password p
  login you
default login anybody password nothing
`;
  test.each([
    ['one.example', { user: 'me', password: 'a "b" c' }],
    ['two.example', { user: 'you', password: 'p' }],
    ['fake', { user: 'anybody', password: 'nothing' }],
  ])('says who one is at %s', (host, login) => {
    expect(loginFor(host, text)).toEqual(login);
  });

  test('without the machine says nothing', () => {
    expect(loginFor('three', 'machine one login a password b')).toBeNull();
    expect(loginFor('one', 'machine one login a')).toBeNull();
    expect(loginFor('one', '')).toBeNull();
  });
});
