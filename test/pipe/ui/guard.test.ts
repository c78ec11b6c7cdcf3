import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admit, type Asked } from '../../../lib/pipe/ui/guard.ts';

const token = 'abcdefghijklmnopqrstuvwxyz_-0123';
const authority = '127.0.0.1:4711';
const fort = { token, authority };
const host = ['Host', authority];
const own = `http://${authority}`;

const status = (asked: Partial<Asked>): number => {
  const admission = admit({ method: 'GET', target: `/${token}/now`, rawHeaders: host, ...asked }, fort);
  return admission.ok ? 200 : admission.status;
};

test('a request of the page itself is answered, and its path and query are given', () => {
  const target = `/${token}/history?run=a%2Fb&x=1`;
  const admission = admit(
    { method: 'GET', target, rawHeaders: [...host, 'Sec-Fetch-Site', 'same-origin'] },
    fort,
  );
  expect(admission).toMatchObject({ ok: true, path: 'history' });
  expect(admission.ok && admission.query.get('run')).toBe('a/b');
  expect(status({ target: `/${token}/` })).toBe(200);
});

describe('a target is refused', () => {
  const refused = {
    'without a token': '/now',
    'with nothing': '/',
    'with another token': `/${token.replace('a', 'b')}/now`,
    'with a part of the token': `/${token.slice(0, -1)}/now`,
    'with more than the token': `/${token}x/now`,
    'that goes up': `/${token}/../now`,
    'that goes up, encoded': `/${token}/%2e%2e/now`,
    'that goes up, half encoded': `/${token}/.%2E/now`,
    'that goes up by a slash encoded': `/${token}/..%2fnow`,
    'that goes up by a backslash': `/${token}/..\\now`,
    'that is encoded twice': `/${token}/%252e%252e/now`,
    'with two slashes': `/${token}//now`,
    'that begins with two': `//${token}/now`,
    'in its absolute form': `http://${authority}/${token}/now`,
    'that is a star': '*',
    'with a fragment': `/${token}/now#x`,
    'with a line end': `/${token}/now\n`,
    'with letters beyond ASCII': `/${token}/now?x=é`,
  };
  test.each(Object.entries(refused))('%s', (_, target) => {
    expect(status({ target })).toBe(404);
  });
});

test('a request for another host, for two, or for none is refused', () => {
  const others = [
    'evil.example',
    'localhost:4711',
    '127.0.0.1',
    '127.0.0.1:4712',
    `${authority}.evil.example`,
  ];
  for (const other of others) expect(status({ rawHeaders: ['Host', other] }), other).toBe(421);
  expect(status({ rawHeaders: [...host, 'Host', 'evil.example'] })).toBe(421);
  expect(status({ rawHeaders: ['host', 'evil.example', ...host] })).toBe(421);
  expect(status({ rawHeaders: [...host, ...host] })).toBe(421);
  expect(status({ rawHeaders: [] })).toBe(421);
});

test('a request of another origin is refused, null included', () => {
  for (const origin of ['null', 'http://evil.example', `https://${authority}`, 'http://127.0.0.1:4712', '']) {
    for (const method of ['GET', 'POST'])
      expect(status({ method, rawHeaders: [...host, 'Origin', origin] }), origin).toBe(403);
  }
  expect(status({ rawHeaders: [...host, 'Origin', own, 'Origin', 'null'] })).toBe(403);
  expect(status({ rawHeaders: [...host, 'Origin', own] })).toBe(200);
});

test('a request that a browser says comes from another site is refused', () => {
  for (const site of ['cross-site', 'same-site', 'SAME-ORIGIN', 'other'])
    expect(status({ rawHeaders: [...host, 'Sec-Fetch-Site', site] }), site).toBe(403);
  expect(status({ rawHeaders: [...host, 'sec-fetch-site', 'none'] })).toBe(200);
});

test('only the page itself may ask for something to be done', () => {
  const post = (...more: string[]) => status({ method: 'POST', rawHeaders: [...host, ...more] });
  expect(post()).toBe(403);
  expect(post('Origin', own, 'Sec-Fetch-Site', 'none')).toBe(403);
  expect(post('Origin', own, 'Sec-Fetch-Site', 'cross-site')).toBe(403);
  expect(post('Origin', own, 'Sec-Fetch-Site', 'same-origin')).toBe(200);
});

test('other methods are refused', () => {
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'get'])
    expect(status({ method })).toBe(405);
});

test('no target without the whole token is ever answered', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const target = `/${before}/${after}`;
      fc.pre(!target.startsWith(`/${token}/`));
      expect(status({ target })).toBe(404);
    }),
  );
});
