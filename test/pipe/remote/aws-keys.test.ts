import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { KeyChain, regionOf } from '../../../lib/pipe/remote/aws-keys.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const off = { AWS_EC2_METADATA_DISABLED: 'true' };

/** A directory whose `.aws` is that of nobody. */
function home(files: Readonly<Record<string, string>> = {}): Record<string, string> {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return {
    HOME: directory,
    AWS_CONFIG_FILE: join(directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
    ...off,
  };
}

async function serving(answer: (request: IncomingMessage) => string | null): Promise<string> {
  const server = createServer((request, response) => {
    const text = answer(request);
    response.statusCode = text === null ? 404 : 200;
    response.end(text ?? '');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const files = {
  config:
    '[default]\nregion = eu-west-1\n\n[profile other]\nregion=ap-south-1\naws_access_key_id = of-config\n',
  credentials:
    '# mine\n[default]\naws_access_key_id = A\naws_secret_access_key = a/b+c=\n[other]\naws_access_key_id=B\naws_secret_access_key=b\naws_session_token=t\n',
};

test('keys are those of the variables, before those of the profile', async () => {
  const env = { ...home(files), AWS_ACCESS_KEY_ID: 'V', AWS_SECRET_ACCESS_KEY: 'v' };
  expect(await new KeyChain(env).keys()).toMatchObject({
    keys: { accessKeyId: 'V', secretAccessKey: 'v' },
    from: 'AWS_ACCESS_KEY_ID',
  });
});

test('keys are those of the profile that is named', async () => {
  expect(await new KeyChain(home(files)).keys()).toMatchObject({
    keys: { accessKeyId: 'A', secretAccessKey: 'a/b+c=' },
    from: 'profile default',
  });
  const other = { ...home(files), AWS_PROFILE: 'other' };
  expect(await new KeyChain(other).keys()).toMatchObject({ keys: { accessKeyId: 'B', sessionToken: 't' } });
});

test('the region is that of the variables or the profile', () => {
  expect(regionOf({ ...home(files), AWS_REGION: 'x' })).toBe('x');
  expect(regionOf(home(files))).toBe('eu-west-1');
  expect(regionOf({ ...home(files), AWS_PROFILE: 'other' })).toBe('ap-south-1');
  expect(regionOf(home())).toBeNull();
});

test('keys of a container come from its endpoint, with its token', async () => {
  const url = await serving(({ headers }) =>
    headers.authorization === 'of the container'
      ? JSON.stringify({
          AccessKeyId: 'C',
          SecretAccessKey: 'c',
          Token: 't',
          Expiration: '2100-01-01T00:00:00Z',
        })
      : null,
  );
  const env = { ...home(), AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/keys` };
  const token = { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of the container' };
  expect(await new KeyChain({ ...env, ...token }).keys()).toMatchObject({
    keys: { accessKeyId: 'C', sessionToken: 't', expiresAt: Date.parse('2100-01-01T00:00:00Z') },
    from: 'the container',
  });
  expect((await new KeyChain(env).keys()).keys).toBeNull();
});

test('keys of an instance come by the second version of its protocol', async () => {
  const url = await serving(({ method, url: path, headers }) => {
    if (method === 'PUT' && path === '/latest/api/token') return 'tok';
    if (headers['x-aws-ec2-metadata-token'] !== 'tok') return null;
    if (path === '/latest/meta-data/iam/security-credentials/') return 'role\n';
    if (path === '/latest/meta-data/iam/security-credentials/role')
      return JSON.stringify({
        AccessKeyId: 'I',
        SecretAccessKey: 'i',
        Token: 't',
        Expiration: '2100-01-01T00:00:00Z',
      });
    return null;
  });
  const env = { ...home(), AWS_EC2_METADATA_DISABLED: 'false', AWS_EC2_METADATA_SERVICE_ENDPOINT: url };
  expect(await new KeyChain(env).keys()).toMatchObject({ keys: { accessKeyId: 'I' }, from: 'the instance' });
});

test('keys that run out are asked for again', async () => {
  let asked = 0;
  const url = await serving(() => {
    asked += 1;
    const Expiration = asked === 1 ? new Date(Date.now() + 1000).toISOString() : '2100-01-01T00:00:00Z';
    return JSON.stringify({ AccessKeyId: `K${asked}`, SecretAccessKey: 's', Token: 't', Expiration });
  });
  const chain = new KeyChain({ ...home(), AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  const ids = [];
  for (let time = 0; time < 3; time++) ids.push((await chain.keys()).keys?.accessKeyId);
  expect(ids).toEqual(['K1', 'K2', 'K2']);
});

test('where there are none, the places are named that were looked at', async () => {
  const found = await new KeyChain(home()).keys();
  expect(found.keys === null ? found.looked : []).toEqual([
    'AWS_ACCESS_KEY_ID',
    expect.stringMatching(/^profile default in .*credentials and .*config$/),
    'the container',
    'the instance',
  ]);
});
