import type { KeyGuide } from './key-guide.ts';

/** Of `remote`. */
export const remoteGuide: Readonly<Record<string, KeyGuide>> = {
  remote: {
    otherwise: 'none, unless a user’s own file or `PIPE_REMOTE_CACHE` names one',
    more: 'An address alone is only read from. It decides nothing: what is there saves time, and a server that is away, slow or full costs a warning. [remote-cache.md](remote-cache.md) has the servers, credentials, a recipe for CI and who must be trusted.',
    examples: [
      'remote: https://cache.example.org/pipe',
      'remote: { url: s3://results/pipe, region: eu-central-1 }',
    ],
    mistakes: [
      'remote: cache.example.org',
      'remote: https://me:secret@cache.example.org',
      'remote: { addres: https://cache.example.org }',
    ],
  },
  'remote.url': {
    otherwise: 'that of the user’s own file, or of `PIPE_REMOTE_CACHE`',
    examples: ['remote: { url: https://cache.example.org/pipe }', 'remote: { url: s3://results/pipe }'],
    mistakes: ['remote: { url: ftp://cache.example.org }', 'remote: { url: https://cache.example.org?a=b }'],
  },
  'remote.write': {
    default: false,
    more: '`PIPE_REMOTE_WRITE=1` and `pipe run --remote-write` say the same for one place or run. In this file it does not hold where a pull request is built, as far as the variables of the CI tell.',
    examples: ['remote: { url: https://cache.example.org/pipe, write: true }'],
    mistakes: ['remote: { url: https://cache.example.org/pipe, write: always }'],
  },
  'remote.download': {
    default: 'needed',
    more: 'What is left there is brought when a task reads it, by `pipe pull` and by `pipe restore`.',
    examples: ['remote: { url: https://cache.example.org/pipe, download: all }'],
    mistakes: ['remote: { url: https://cache.example.org/pipe, download: none }'],
  },
  'remote.timeout': {
    default: 20,
    more: 'A transfer is given up also when it has taken twice as long and as long as the task itself took.',
    examples: ['remote: { url: https://cache.example.org/pipe, timeout: 5 }'],
    mistakes: ['remote: { url: https://cache.example.org/pipe, timeout: 0 }'],
  },
  'remote.region': {
    otherwise: '`AWS_REGION`, that of the profile, or `us-east-1`',
    examples: ['remote: { url: s3://results/pipe, region: eu-central-1 }'],
    mistakes: ['remote: { url: https://cache.example.org/pipe, region: eu-central-1 }'],
  },
  'remote.endpoint': {
    otherwise: '`AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or Amazon',
    more: 'The bucket is the first part of the path then.',
    examples: ['remote: { url: s3://results/pipe, endpoint: https://minio.example.org:9000 }'],
    mistakes: ['remote: { url: s3://results/pipe, endpoint: minio.example.org }'],
  },
  'remote.ca': {
    otherwise: 'those that Node knows, and those in `NODE_EXTRA_CA_CERTS`',
    more: 'The path is relative to this file. They take the place of the others.',
    examples: ['remote: { url: https://cache.example.org/pipe, ca: certificates/ca.pem }'],
    mistakes: ['remote: { url: https://cache.example.org/pipe, ca: [ca.pem] }'],
  },
  'remote.certificate': {
    otherwise: 'none',
    more: 'The path is relative to this file.',
    examples: [
      'remote: { url: https://cache.example.org/pipe, certificate: /etc/pipe/me.pem, key: /etc/pipe/me.key }',
    ],
    mistakes: ['remote: { url: https://cache.example.org/pipe, certificate: true }'],
  },
  'remote.key': {
    otherwise: 'in the file of `certificate`',
    examples: [
      'remote: { url: https://cache.example.org/pipe, certificate: /etc/pipe/me.pem, key: /etc/pipe/me.key }',
    ],
    mistakes: ['remote: { url: https://cache.example.org/pipe, key: /etc/pipe/me.key }'],
  },
};
