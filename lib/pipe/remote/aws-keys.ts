import { homedir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { HttpClient } from './http-client.ts';
import type { Variables } from './settings.ts';
import type { AwsKeys } from './sigv4.ts';

/** Keys with the place they came from, or the places that had none. */
export type KeysFound =
  | { readonly keys: AwsKeys; readonly from: string }
  | { readonly keys: null; readonly looked: readonly string[] };

/** Milliseconds before their end from which keys count as old. */
const early = 300_000;

/**
 * Keys by Amazon's chain: variables, the profile in the shared files, the container's endpoint, the instance's. They
 * are asked for once, and again when they run out.
 */
export class KeyChain {
  readonly #env: Variables;
  #found: Promise<KeysFound> | null = null;
  #until = 0;

  constructor(env: Variables) {
    this.#env = env;
  }

  async keys(): Promise<KeysFound> {
    if (this.#found === null || Date.now() > this.#until) {
      this.#until = Infinity;
      this.#found = this.#look();
      const { keys } = await this.#found;
      this.#until = keys?.expiresAt == null ? Infinity : keys.expiresAt - early;
    }
    return this.#found;
  }

  async #look(): Promise<KeysFound> {
    const fromVariables = variableKeys(this.#env);
    if (fromVariables !== null) return { keys: fromVariables, from: 'AWS_ACCESS_KEY_ID' };
    const shared = sharedProfile(this.#env);
    const fromFile = profileKeys(shared);
    if (fromFile !== null) return { keys: fromFile, from: `profile ${shared.name}` };
    const looked = ['AWS_ACCESS_KEY_ID', `profile ${shared.name} in ${shared.files.join(' and ')}`];
    for (const [name, ask] of [
      ['the container', containerKeys],
      ['the instance', instanceKeys],
    ] as const) {
      const keys = await ask(this.#env);
      if (keys !== null) return { keys, from: name };
      looked.push(name);
    }
    return { keys: null, looked };
  }
}

/** The region that the surroundings name; null where none does. */
export function regionOf(env: Variables): string | null {
  return env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? sharedProfile(env).values['region'] ?? null;
}

function variableKeys(env: Variables): AwsKeys | null {
  const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '', AWS_SESSION_TOKEN: token } = env;
  if (id === '' || secret === '') return null;
  const sessionToken = token === '' ? undefined : token;
  return { accessKeyId: id, secretAccessKey: secret, sessionToken, expiresAt: null };
}

interface Profile {
  readonly name: string;
  readonly files: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

/** `~/.aws/config` with `~/.aws/credentials` over it. */
function sharedProfile(env: Variables): Profile {
  const name = env['AWS_PROFILE'] ?? env['AWS_DEFAULT_PROFILE'] ?? 'default';
  const home = join(env['HOME'] ?? homedir(), '.aws');
  const config = env['AWS_CONFIG_FILE'] ?? join(home, 'config');
  const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, 'credentials');
  const values = {
    ...section(config, name === 'default' ? name : `profile ${name}`),
    ...section(credentials, name),
  };
  return { name, files: [credentials, config], values };
}

function profileKeys({ values }: Profile): AwsKeys | null {
  const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: sessionToken } = values;
  if (id === undefined || secret === undefined) return null;
  return { accessKeyId: id, secretAccessKey: secret, sessionToken, expiresAt: null };
}

function section(file: string, wanted: string): Record<string, string> {
  const values: Record<string, string> = {};
  let inside = false;
  for (const line of textOf(file).split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*(.*?)\s*\]/.exec(line) ?? [];
    if (name !== undefined) inside = name === wanted;
    const [, key, value] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined) values[key.toLowerCase()] = value!;
  }
  return values;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Of ECS and EKS. */
async function containerKeys(env: Variables): Promise<AwsKeys | null> {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const address =
    relative === undefined ? env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] : `${container}${relative}`;
  if (address === undefined) return null;
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file === undefined ? env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] : textOf(file).trim();
  return keysIn(await ask(address, 'GET', token === undefined ? {} : { authorization: token }));
}

const container = 'http://169.254.170.2';
const instance = 'http://169.254.169.254';

/** Of EC2, by the second version of its protocol. */
async function instanceKeys(env: Variables): Promise<AwsKeys | null> {
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return null;
  const base = `${env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? instance}/latest`;
  const token = await ask(`${base}/api/token`, 'PUT', { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' });
  if (token === null) return null;
  const headers = { 'x-aws-ec2-metadata-token': token };
  const roles = `${base}/meta-data/iam/security-credentials/`;
  const role = await ask(roles, 'GET', headers);
  return role === null ? null : keysIn(await ask(roles + role.trim(), 'GET', headers));
}

/** Seconds for which these endpoints, which are near or not there, are waited for. */
const near = 1;

async function ask(
  address: string,
  method: 'GET' | 'PUT',
  headers: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (!URL.canParse(address)) return null;
  const client = new HttpClient(near);
  try {
    const url = new URL(address);
    const answer = await client.send({ method, url, headers }, AbortSignal.timeout(2000 * near));
    return answer.type === 'answer' && answer.status === 200 ? await answer.drop() : null;
  } finally {
    client.close();
  }
}

function keysIn(text: string | null): AwsKeys | null {
  try {
    const said = JSON.parse(text ?? '') as Record<string, string | undefined>;
    const { AccessKeyId: id, SecretAccessKey: secret, Token: sessionToken, Expiration: end } = said;
    if (id === undefined || secret === undefined) return null;
    const expiresAt = end === undefined ? null : Date.parse(end);
    return { accessKeyId: id, secretAccessKey: secret, sessionToken, expiresAt };
  } catch {
    return null;
  }
}
