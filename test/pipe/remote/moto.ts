import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/**
 * A stand-in for S3 that checks signatures and policies: `moto_server` of PyPI's `moto[server]`, in a virtual environment
 * of its own: on `PATH`, or at `$MOTO_SERVER`.
 */
const program =
  process.env['MOTO_SERVER'] ??
  (process.env['PATH'] ?? '')
    .split(':')
    .map((place) => join(place, 'moto_server'))
    .find((path) => existsSync(path));

/** Where it is missing, tests of it skip themselves. */
export const hasMoto = program !== undefined && existsSync(program);

export interface Keys {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

export interface Moto {
  readonly endpoint: string;
  /** May do all with the bucket `cache`; may read and list it. */
  readonly writer: Keys;
  readonly reader: Keys;
}

const users = `
import json, sys, boto3
made = dict(endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='x', aws_secret_access_key='x')
iam = boto3.client('iam', **made)
keys = {}
for name, actions in (('writer', ['s3:*']), ('reader', ['s3:GetObject', 's3:ListBucket'])):
    iam.create_user(UserName=name)
    policy = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': actions, 'Resource': '*'}]}
    iam.put_user_policy(UserName=name, PolicyName='p', PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)['AccessKey']
    keys[name] = {'AWS_ACCESS_KEY_ID': key['AccessKeyId'], 'AWS_SECRET_ACCESS_KEY': key['SecretAccessKey']}
boto3.client('s3', **made).create_bucket(Bucket='cache')
print(json.dumps(keys))
`;

export async function startMoto(): Promise<Moto> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  // From the eighth call on it looks at who asks: those of the script below are seven.
  const child = spawn(program!, ['-H', '127.0.0.1', '-p', String(port)], {
    env: { PATH: process.env['PATH'], INITIAL_NO_AUTH_ACTION_COUNT: '7' },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const endpoint = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(100);
  const python = join(dirname(program!), 'python');
  const keys = execFileSync(python, ['-c', users, endpoint], { encoding: 'utf8' });
  return { endpoint, ...(JSON.parse(keys) as Pick<Moto, 'writer' | 'reader'>) };
}
