import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';

function found(program: string): string | null {
  const places = (process.env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin');
  return places.map((place) => join(place, program)).find((path) => existsSync(path)) ?? null;
}

const program = found('nginx');
const openssl = found('openssl');

/** Where either is missing, tests of it skip themselves. */
export const hasNginx = program !== null && openssl !== null;

export interface Nginx {
  readonly http: string;
  readonly https: string;
  /** The same, for those only who have a certificate of ours. */
  readonly mutual: string;
  /** A directory with `ca.pem`, `me.pem` and `me.key`. */
  readonly certificates: string;
  /** Names of what it has, of one kind. */
  readonly names: (kind: 'ac' | 'cas') => string[];
  /** Loses one of them. */
  readonly drop: (kind: 'ac' | 'cas', name: string) => void;
  /** The bytes of all that it has. */
  readonly texts: () => string[];
  readonly kill: () => Promise<void>;
  /** Starts it again, with all that it had. */
  readonly up: () => Promise<void>;
}

/** A free port; another may take it before nginx does, so the caller tries again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * The real nginx as a cache: `/open/` for all, `/auth/` for pipe:secret, `/read/` without writing, `/small/` for files
 * of 1 KiB at most, `/slow/` with 16 KiB a second.
 */
export async function startNginx(): Promise<Nginx> {
  const directory = temporaryDirectory();
  for (const name of ['root', 'tmp', 'tls']) mkdirSync(join(directory, name));
  makeCertificates(join(directory, 'tls'));
  const hash = execFileSync(openssl!, ['passwd', '-apr1', 'secret'], { encoding: 'utf8' }).trim();
  writeFileSync(join(directory, 'htpasswd'), `pipe:${hash}\n`);
  for (let tries = 1; ; tries++) {
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const [http, https, mutual] = ports;
    writeFileSync(join(directory, 'nginx.conf'), configuration(directory, ports));
    const start = () => {
      const words = ['-e', join(directory, 'error.log'), '-c', join(directory, 'nginx.conf')];
      const child = spawn(program!, words, { stdio: 'ignore', detached: true });
      onTestFinished(() => {
        killGroup(child.pid!);
      });
      return { pid: child.pid!, ended: once(child, 'exit') };
    };
    let running = start();
    const { ended } = running;
    const up = await Promise.race([answers(`http://127.0.0.1:${http}/status`), ended.then(() => false)]);
    if (!up && tries < 5) continue;
    if (!up) throw new Error('nginx does not start');
    return {
      http: `http://127.0.0.1:${http}`,
      https: `https://localhost:${https}`,
      mutual: `https://localhost:${mutual}`,
      certificates: join(directory, 'tls'),
      names: (kind) =>
        existsSync(join(directory, 'root', kind)) ? readdirSync(join(directory, 'root', kind)) : [],
      drop: (kind, name) => {
        rmSync(join(directory, 'root', kind, name));
      },
      texts: () =>
        readdirSync(join(directory, 'root'), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
      kill: async () => {
        killGroup(running.pid);
        await running.ended;
      },
      up: async () => {
        running = start();
        await answers(`http://127.0.0.1:${http}/status`);
      },
    };
  }
}

/** Its workers, too. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function answers(url: string): Promise<boolean> {
  for (;;) {
    try {
      if ((await fetch(url)).ok) return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function makeCertificates(directory: string): void {
  const run = (...args: string[]) => execFileSync(openssl!, args, { cwd: directory, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run(
    'req',
    '-x509',
    ...key,
    '-days',
    '3650',
    '-subj',
    '/CN=an authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  writeFileSync(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  for (const [name, subject] of [
    ['server', 'localhost'],
    ['me', 'me'],
  ] as const) {
    run('req', ...key, '-subj', `/CN=${subject}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650', '-extfile', 'names'];
    run('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
  }
}

function configuration(directory: string, [http, https, mutual]: readonly [number, number, number]): string {
  const root = `alias ${directory}/root/;`;
  const store = 'dav_methods PUT; create_full_put_path on; dav_access user:rw group:r all:r;';
  const locations = `
    location = /status { return 200 "ok"; }
    location /open/ { ${root} ${store} }
    location /auth/ { ${root} ${store} auth_basic cache; auth_basic_user_file ${directory}/htpasswd; }
    location /read/ { ${root} limit_except GET { deny all; } }
    location /small/ { ${root} ${store} client_max_body_size 1k; }
    location /slow/ { ${root} ${store} limit_rate 16k; }`;
  const tls = `ssl_certificate ${directory}/tls/server.pem; ssl_certificate_key ${directory}/tls/server.key;`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/tmp/${name};`,
  );
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/nginx.pid;
events { worker_connections 128; }
http {
  access_log ${directory}/access.log;
  client_max_body_size 2g;
  ${temporary.join('\n  ')}
  server { listen 127.0.0.1:${http}; ${locations} }
  server { listen 127.0.0.1:${https} ssl; ${tls} ${locations} }
  server {
    listen 127.0.0.1:${mutual} ssl; ${tls}
    ssl_client_certificate ${directory}/tls/ca.pem; ssl_verify_client on;
    ${locations}
  }
}
`;
}
