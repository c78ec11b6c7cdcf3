import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { RecordBatchFileWriter, RecordBatchWriter, Schema } from 'apache-arrow';
import { recordBatch } from './batch.ts';
import type { Columns } from './columns.ts';
import { columnField } from './field.ts';

export interface WriteOptions {
  /** Of the table, into the schema's metadata: where it comes from. */
  readonly metadata?: Readonly<Record<string, string>>;
}

type Bytes = Uint8Array;

/**
 * apache-arrow's file writer, its bytes handed over batch by batch instead of queued.
 * It also writes the schema message in front of the batches, which the format has and the library leaves
 * out: behind its magic, an Arrow file is an Arrow stream.
 */
class FileWriter extends RecordBatchFileWriter {
  #chunks: Bytes[] = [];

  take(): Bytes[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (chunk.byteLength > 0) {
      this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }

  protected override _writeSchema(schema: Schema): this {
    super._writeSchema(schema);
    RecordBatchWriter.prototype['_writeSchema'].call(this, schema);
    return this;
  }
}

/** Column order is the caller's; metadata is sorted, so that equal tables are equal bytes. */
function schemaOf(columns: Columns, metadata: Readonly<Record<string, string>>): Schema {
  const fields = Object.entries(columns).map(([name, column]) => columnField(name, column));
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Schema(fields, new Map(sorted));
}

function describe(schema: Schema): string {
  return schema.fields
    .map((field) =>
      `${field.name}: ${String(field.type)} ${[...field.metadata.values()].join(' ')}`.trimEnd(),
    )
    .join(', ');
}

async function append(file: FileHandle, chunks: Bytes[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    rest = rest.flatMap((chunk) => {
      const done = Math.min(bytesWritten, chunk.length);
      bytesWritten -= done;
      return done < chunk.length ? [chunk.subarray(done)] : [];
    });
  }
}

function isColumns(batches: Columns | Iterable<Columns> | AsyncIterable<Columns>): batches is Columns {
  return !(Symbol.iterator in batches) && !(Symbol.asyncIterator in batches);
}

async function writeBatches(
  file: FileHandle,
  batches: Iterable<Columns> | AsyncIterable<Columns>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const writer = new FileWriter();
  let schema: Schema | null = null;
  for await (const columns of batches) {
    const own = schemaOf(columns, metadata);
    schema ??= own;
    if (describe(schema) !== describe(own)) {
      throw new Error(`batches differ in their columns: first ${describe(schema)}; then ${describe(own)}`);
    }
    writer.write(recordBatch(schema, columns));
    await append(file, writer.take());
  }
  if (!schema) throw new Error('nothing to write: an empty table is one batch whose columns have no rows');
  writer.finish();
  await append(file, writer.take());
}

/**
 * Writes an Arrow IPC file, uncompressed, one record batch for each set of columns; equal tables give equal
 * bytes. What is wrong with a column is said by its name and row, and leaves no file.
 */
export async function writeArrow(
  path: string,
  batches: Columns | Iterable<Columns> | AsyncIterable<Columns>,
  options: WriteOptions = {},
): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writeBatches(file, isColumns(batches) ? [batches] : batches, options.metadata ?? {});
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
