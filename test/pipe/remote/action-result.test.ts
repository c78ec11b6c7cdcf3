import fc from 'fast-check';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import {
  decodeEntry,
  decodeMessage,
  encodeEntry,
  encodeMessage,
  type ActionEntry,
} from '../../../lib/pipe/remote/action-result.ts';

/** Of the Remote Execution API v2, what matters here, with fields beside it that others write. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Digest { string hash = 1; int64 size_bytes = 2; }
  message OutputFile { string path = 1; Digest digest = 2; bool is_executable = 4; bytes contents = 5; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message Metadata { string worker = 1; Duration virtual_execution_duration = 12; }
  message ActionResult {
    repeated OutputFile output_files = 2;
    int32 exit_code = 4;
    bytes stdout_raw = 5;
    Digest stdout_digest = 6;
    Metadata execution_metadata = 9;
  }
`);
const ActionResult = root.lookupType('ActionResult');

const entries: fc.Arbitrary<ActionEntry> = fc.record({
  files: fc.array(
    fc.record({
      path: fc.string({ minLength: 1, unit: 'grapheme' }),
      digest: fc.string().map((text) => digestOf(text)),
      size: fc.integer({ min: 0, max: 2 ** 45 }),
      executable: fc.boolean(),
    }),
  ),
  ms: fc.integer({ min: 0, max: 2 ** 40 }),
});

test('an entry is read as it was written', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
    }),
  );
});

test('a message is an ActionResult that printed it, with no outputs, and is read as it was written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      const message = encodeMessage(bytes);
      const { stdoutRaw } = ActionResult.decode(message) as unknown as { stdoutRaw: Uint8Array };
      expect(Buffer.from(stdoutRaw)).toEqual(Buffer.from(bytes));
      expect(decodeMessage(message)).toEqual(Buffer.from(bytes));
      expect(decodeEntry(message)).toEqual({ files: [], ms: 0 });
    }),
  );
});

test.each([
  ['nothing', ''],
  ['an entry', encodeEntry({ files: [], ms: 5 }).toString('latin1')],
  ['a page', '<html>not here</html>'],
])('%s is no message', (_, text) => {
  expect(decodeMessage(Buffer.from(text, 'latin1'))).toBeNull();
});

test('an entry is an ActionResult as other programs read and write it', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const theirs = ActionResult.toObject(ActionResult.decode(encodeEntry(entry)), {
        longs: Number,
        defaults: true,
      }) as {
        outputFiles: { path: string; digest: { hash: string; sizeBytes: number }; isExecutable: boolean }[];
      };
      expect(
        theirs.outputFiles.map(({ path, digest, isExecutable }) => [path, digest, isExecutable]),
      ).toEqual(
        entry.files.map(({ path, digest, size, executable }) => [
          path,
          { hash: digest.slice(7), sizeBytes: size },
          executable,
        ]),
      );
      const written = ActionResult.encode({
        ...theirs,
        exitCode: 3,
        stdoutRaw: Buffer.from('said'),
        stdoutDigest: { hash: 'x', sizeBytes: 1 },
        executionMetadata: {
          worker: 'somebody',
          virtualExecutionDuration: { seconds: Math.floor(entry.ms / 1000), nanos: (entry.ms % 1000) * 1e6 },
        },
      }).finish();
      expect(decodeEntry(written)).toEqual(entry);
    }),
  );
});

test('bytes that are no entry are none, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decodeEntry(bytes);
      expect(decoded === null || Array.isArray(decoded.files)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(entries, fc.nat(), (entry, at) => {
      const bytes = encodeEntry(entry);
      const cut = decodeEntry(bytes.subarray(0, at % (bytes.length + 1)));
      expect(cut === null || cut.files.length <= entry.files.length).toBe(true);
    }),
  );
  expect(decodeEntry(Buffer.from('<html>not here</html>'))).toBeNull();
});
