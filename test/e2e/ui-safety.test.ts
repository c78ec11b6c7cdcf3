import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';
import { ask, startUi, type Ui } from './ui.ts';

const pipeline = `version: 1
stages:
  page:
    cmd: 'mkdir -p {outputs.site}/maps && echo "<h1>hello</h1>" > {outputs.site}/index.html && echo 1 > {outputs.site}/maps/a.js && echo secret > {outputs.text}'
    outputs: { site: site/, text: text.txt }
`;

let project: Project;
let ui: Ui;
let host: string;

beforeEach(async () => {
  project = newProject({ 'pipeline.yaml': pipeline, 'private.txt': 'private' });
  ui = await startUi(project);
  host = `Host: 127.0.0.1:${ui.port}`;
});

const get = (path: string, ...headers: string[]) => ask(ui.port, [`GET ${path} HTTP/1.1`, host, ...headers]);

describe('the page is refused', () => {
  test('without its token, with another, and by every way around it', async () => {
    const { token, port } = ui;
    const paths = [
      '/',
      '/now',
      '/index.html',
      `/${token.slice(0, -1)}/`,
      `/${token.toLowerCase()}_/now`,
      `/${'A'.repeat(32)}/now`,
      `/${token}/../now`,
      `/${token}/..%2f..%2fprivate.txt`,
      `/${token}/%2e%2e/%2e%2e/private.txt`,
      `/${token}/%252e%252e/private.txt`,
      `/${token}/....//private.txt`,
      `/${token}/..\\private.txt`,
      `/${token}/private.txt`,
      `/${token}/nothing`,
      `/${token}/constructor`,
      `/${token}/start`,
      `//${token}/now`,
      `http://127.0.0.1:${port}/${token}/now`,
      `/${token}/image?name=x.png&digest=../../../private.txt`,
      `/${token}/download?digest=..%2f..%2fprivate.txt`,
      `/${token}/history?run=..%2f..%2f..`,
    ];
    for (const path of paths) {
      const { status, body } = await get(path);
      expect(status, path).toBe(404);
      expect(body, path).not.toMatch(/private|pipeline|<html/);
    }
    expect((await get(`/${token}/`)).body).toContain('<!doctype html>');
    expect((await get(`/${token}/now`)).status).toBe(200);
  });

  test('under another host, or under two', async () => {
    const line = `GET /${ui.token}/now HTTP/1.1`;
    const port = ui.port;
    for (const other of [
      'evil.example',
      `localhost:${port}`,
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:${port}.evil.example`,
    ])
      expect((await ask(port, [line, `Host: ${other}`])).status, other).toBe(421);
    expect((await ask(port, [line, host, 'Host: evil.example'])).status).toBe(421);
    expect((await ask(port, [line, 'Host: evil.example', host])).status).toBe(421);
    expect((await ask(port, [line, host, host])).status).toBe(421);
    expect((await ask(port, [line])).status).toBe(400);
    expect((await ask(port, [`GET /${ui.token}/now HTTP/1.0`])).status).toBe(421);
  });

  test('to another origin, to none that has a name, and to another site', async () => {
    const path = `/${ui.token}/now`;
    for (const origin of [
      'null',
      'http://evil.example',
      `http://localhost:${ui.port}`,
      `https://127.0.0.1:${ui.port}`,
    ])
      expect((await get(path, `Origin: ${origin}`)).status, origin).toBe(403);
    for (const site of ['cross-site', 'same-site'])
      expect((await get(path, `Sec-Fetch-Site: ${site}`)).status, site).toBe(403);
    expect(
      (await get(path, `Origin: http://127.0.0.1:${ui.port}`, 'Sec-Fetch-Site: same-origin')).status,
    ).toBe(200);
  });

  test('on any other address of the machine', async () => {
    const refused = await new Promise((resolve) => {
      const socket = connect(ui.port, '127.0.0.2', () => {
        resolve(false);
      });
      socket
        .on('error', () => {
          resolve(true);
        })
        .on('connect', () => socket.destroy());
    });
    expect(refused).toBe(true);
  });
});

test('nothing is started but by the page itself', async () => {
  const request = { patterns: [], set: [], profile: 'default' };
  const post = (headers: readonly string[], sent: unknown = request) => {
    const body = JSON.stringify(sent);
    const lines = [`POST /${ui.token}/start HTTP/1.1`, host, `Content-Length: ${Buffer.byteLength(body)}`];
    return ask(ui.port, [...lines, ...headers], body);
  };
  const json = 'Content-Type: application/json';
  const own = `Origin: http://127.0.0.1:${ui.port}`;
  const same = 'Sec-Fetch-Site: same-origin';
  expect((await post([json])).status).toBe(403);
  expect((await post([json, 'Origin: null'])).status).toBe(403);
  expect((await post([json, 'Origin: http://evil.example', 'Sec-Fetch-Site: cross-site'])).status).toBe(403);
  expect((await post([json, own, 'Sec-Fetch-Site: none'])).status).toBe(403);
  expect((await post(['Content-Type: text/plain', own, same])).status).toBe(400);
  expect((await post(['Content-Type: application/x-www-form-urlencoded', own, same])).status).toBe(400);
  expect((await get(`/${ui.token}/start`)).status).toBe(404);
  expect((await post([json, own, same], { patterns: '--watch' })).body).toContain(
    'nothing that can be started',
  );
  expect(project.exists('cache/local/runs')).toBe(false);
  expect((await post([json, own, same])).body).toBe('{}');
  await project.pipe('run');
  expect(project.exists('cache/local/runs')).toBe(true);
});

test('what opens the page can be read by its owner alone', () => {
  const mode = (path: string): number => statSync(join(project.directory, path)).mode & 0o777;
  expect(mode('cache/local/ui/server.json')).toBe(0o600);
  expect(mode('cache/local/ui')).toBe(0o700);
  expect(ui.token).toMatch(/^[\w-]{32}$/);
});

test('the page may run its own script and nothing else', async () => {
  const { head } = await get(`/${ui.token}/`);
  const [, policy = ''] = /content-security-policy: (.*)/i.exec(head) ?? [];
  const rules = Object.fromEntries(
    policy.split('; ').map((rule) => [rule.split(' ', 1)[0]!, rule.slice(rule.indexOf(' ') + 1)]),
  );
  expect(rules['default-src']).toBe("'none'");
  expect(rules['script-src']).toMatch(/^'sha256-[\w+/=]{44}'$/);
  expect(rules['style-src']).toMatch(/^'sha256-[\w+/=]{44}'$/);
  expect(rules['trusted-types']).toBe("'none'");
  expect(rules['frame-ancestors']).toBe("'none'");
  expect(policy).not.toContain('unsafe');
  expect(head).toMatch(/x-content-type-options: nosniff/i);
  expect(head).toMatch(/referrer-policy: no-referrer/i);
});

test('an artifact that is a page lies at an origin of its own, sandboxed, and tells nothing of this one', async () => {
  await project.pipe('run');
  const task = JSON.parse((await get(`/${ui.token}/task?id=page`)).body) as {
    outputs: { name: string; digest: string; files: { path: string; digest: string }[] | null }[];
  };
  const site = task.outputs.find(({ name }) => name === 'site')!;
  const index = site.files!.find(({ path }) => path === 'index.html')!;
  const query = `digest=${index.digest}&name=site/index.html&tree=${site.digest}&path=index.html`;
  const { address } = JSON.parse((await get(`/${ui.token}/preview?${query}`)).body) as { address: string };
  const url = new URL(address);
  expect(url.port).not.toBe(String(ui.port));
  expect(address).not.toContain(ui.token);
  const port = Number(url.port);
  const there = (path: string, name = `127.0.0.1:${port}`) =>
    ask(port, [`GET ${path} HTTP/1.1`, `Host: ${name}`]);
  const shown = await there(url.pathname);
  expect(shown).toMatchObject({ status: 200, body: '<h1>hello</h1>\n' });
  expect(shown.head).toMatch(/content-security-policy: sandbox allow-scripts/i);
  expect(shown.head).not.toContain('allow-same-origin');
  expect(shown.head).toMatch(/connect-src 'none'/);
  const base = url.pathname.slice(0, url.pathname.lastIndexOf('/'));
  expect((await there(`${base}/maps/a.js`)).body).toBe('1\n');
  const refused = ['../text.txt', '%2e%2e/text.txt', 'maps/..%2findex.html', 'maps', 'maps/', '', 'nothing'];
  for (const path of refused) expect((await there(`${base}/${path}`)).status, path).toBe(404);
  expect((await there(url.pathname, 'evil.example')).status).toBe(404);
  expect((await there(url.pathname.replace(/^\/[\w-]+/, `/${ui.token}`))).status).toBe(404);
});

test('a second server of the same project names the first, and a new one keeps its address', async () => {
  const second = await project.pipe('ui');
  expect(second).toMatchObject({ status: 0 });
  expect(second.out).toContain(ui.address);
  ui.running.child.kill('SIGKILL');
  await ui.running.ended;
  expect((await startUi(project)).address).toBe(ui.address);
});

test('a browser is started with an address that leads to the page once', async () => {
  const tools = join(project.directory, 'tools');
  project.write('tools/xdg-open', '#!/bin/sh\nprintf %s "$1" > opened.tmp && mv opened.tmp opened\n');
  chmodSync(join(tools, 'xdg-open'), 0o755);
  const env = { ...process.env, PATH: `${tools}:${process.env['PATH']!}` };
  const program = join(import.meta.dirname, '../../lib/pipe/dist/pipe.js');
  spawnSync(process.execPath, [program, 'ui', '--open'], { cwd: project.directory, env });
  while (!project.exists('opened')) await setTimeout(20);
  const opened = project.read('opened');
  expect(opened).not.toContain(ui.token);
  const { pathname } = new URL(opened);
  expect((await get(`${pathname}now`)).status).toBe(404);
  expect((await get(pathname, 'Sec-Fetch-Site: cross-site')).status).toBe(403);
  const first = await get(pathname);
  expect(first.status).toBe(302);
  expect(first.head).toContain(`Location: /${ui.token}/`);
  expect((await get(pathname)).status).toBe(404);
});

test('a port that is taken is a mistake that is told', async () => {
  const other = newProject({ 'pipeline.yaml': pipeline });
  const { status, err } = await other.pipe('ui', '--port', String(ui.port));
  expect(status).toBe(2);
  expect(err).toContain(`port ${ui.port} is taken`);
  expect((await other.pipe('ui', '--port', '70000')).status).toBe(2);
});
