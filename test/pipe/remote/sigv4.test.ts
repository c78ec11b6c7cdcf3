import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { emptyBody, signed } from '../../../lib/pipe/remote/sigv4.ts';

/** The examples that Amazon publishes in the reference of S3, "Signature Calculations for the Authorization Header". */
const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  expiresAt: null,
};
const host = 'https://examplebucket.s3.amazonaws.com';
const text = 'Welcome to Amazon S3.';

test.each<[string, string, string, Record<string, string>, string, string]>([
  [
    'GET',
    'a range of an object',
    '/test.txt',
    { range: 'bytes=0-9' },
    '',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'PUT',
    'an object with a name that is escaped',
    '/test%24file.text',
    { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    text,
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'GET',
    'a question without a value',
    '/?lifecycle',
    {},
    '',
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'GET',
    'a list',
    '/?max-keys=2&prefix=J',
    {},
    '',
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('%s of %s is signed as Amazon signs it', (method, _, path, headers, body, signature) => {
  const { authorization } = signed({
    method,
    url: new URL(host + path),
    headers,
    bodyDigest: body === '' ? emptyBody : createHash('sha256').update(body).digest('hex'),
    keys,
    region: 'us-east-1',
    now: new Date('2013-05-24T00:00:00Z'),
  });
  expect(authorization).toMatch(
    new RegExp(`^AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/20130524/us-east-1/s3/aws4_request, `),
  );
  expect(authorization).toContain(`Signature=${signature}`);
});

test('a session token is part of what is signed', () => {
  const sign = (sessionToken?: string) =>
    signed({
      method: 'GET',
      url: new URL(`${host}/test.txt`),
      headers: {},
      bodyDigest: emptyBody,
      keys: { ...keys, sessionToken },
      region: 'us-east-1',
      now: new Date('2013-05-24T00:00:00Z'),
    });
  expect(sign('held for an hour')).toMatchObject({ 'x-amz-security-token': 'held for an hour' });
  expect(sign('held for an hour')['authorization']).toContain('x-amz-security-token');
  expect(sign('held for an hour')['authorization']).not.toBe(sign('another')['authorization']);
});
