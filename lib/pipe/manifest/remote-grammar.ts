import * as z from 'zod';
import { sitesGrammar } from './sites-grammar.ts';

/** What an address looks like. */
export const ADDRESS = 'https://host/path (or http), as of Bazel’s caches, or s3://bucket/prefix';
const url = z.string().describe(`The address: ${ADDRESS}.`);

const keys = {
  url: url.optional(),
  write: z
    .boolean()
    .optional()
    .describe('Whether results that were computed here are given to it, and not only taken from it.'),
  download: z
    .enum(['needed', 'all'])
    .optional()
    .describe(
      'What is brought: outputs that no selected task reads and those that tasks which run read (`needed`), or all.',
    ),
  timeout: z
    .number()
    .positive()
    .optional()
    .describe('Seconds without a byte after which the server counts as away for the rest of the run.'),
  region: z.string().optional().describe('Of `s3://`: the region of the bucket.'),
  endpoint: z.string().optional().describe('Of `s3://`: the address of a store other than Amazon’s.'),
  ca: z
    .string()
    .optional()
    .describe('A PEM file with the certificates of those whose word for the server is taken.'),
  certificate: z.string().optional().describe('A PEM file with one’s own certificate.'),
  key: z.string().optional().describe('A PEM file with the key of that certificate.'),
};

/** What `remote` of `pipeline.yaml` may hold. */
export const remoteGrammar = z
  .union([url, z.strictObject(keys)])
  .describe('A cache of results that several machines share.');

/** Of a user's own file, which is not committed: secrets, too. */
export const userGrammar = z.strictObject({
  sites: sitesGrammar.optional(),
  remote: z
    .union([
      url,
      z.strictObject({
        ...keys,
        user: z.string().optional(),
        password: z.string().optional(),
        token: z.string().optional(),
      }),
    ])
    .optional(),
});

/** The keys of a user's own file. */
export type RemoteKeys = Exclude<NonNullable<z.output<typeof userGrammar>['remote']>, string>;

/** A remote cache as one file declares it; what it leaves out another may say. */
export type RemoteDeclaration = { readonly [K in keyof RemoteKeys]: Exclude<RemoteKeys[K], undefined> };
