/**
 * What the reader of Arrow files believes without looking: how many entries its tables have, and where record batches
 * lie. In a damaged file such a number may be anything up to 2³², and reading would go on for hours. Throws where
 * something cannot be, and says whether any batch is compressed; `bytes` is a whole file.
 */
export function checkCounts(bytes: Uint8Array): { readonly compressed: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - trailer;
  const footer = rootOf(view, end - view.getInt32(end, true));
  entriesOf(view, footer, 4, 4);
  checkSchema(view, tableAt(view, footer, 1));
  const dictionaries = entriesOf(view, footer, 2, 24).map((block) =>
    checkBatch(view, block, dictionaryBatch),
  );
  const batches = entriesOf(view, footer, 3, 24).map((block) => checkBatch(view, block, recordBatch));
  return { compressed: [...dictionaries, ...batches].some((compressed) => compressed) };
}

/** The length of the footer, and the magic word. */
const trailer = 10;

/** What a message says that it is. A reader that finds another goes on looking at the same one. */
const dictionaryBatch = 2;
const recordBatch = 3;

/** Formats 4 and 5, which are those of Arrow since 0.8. */
const versions = [3, 4];

/** Rows of a batch whose columns take no bytes, at most. */
const mostBare = 2 ** 24;
/** How much smaller than what it holds a compressed batch may be: of equal values, much. */
const mostCompressed = 2 ** 16;

function checkSchema(view: DataView, schema: number | null): void {
  if (schema === null) throw new Error('it has no schema');
  entriesOf(view, schema, 2, 4);
  for (const field of tablesOf(view, schema, 1)) checkField(view, field, 0);
}

function checkField(view: DataView, field: number, depth: number): void {
  if (depth > 64) throw new Error('its types are nested without end');
  entriesOf(view, field, 6, 4);
  for (const child of tablesOf(view, field, 5)) checkField(view, child, depth + 1);
}

/** Gives whether it is compressed. */
function checkBatch(view: DataView, block: number, expected: number): boolean {
  const offset = Number(view.getBigInt64(block, true));
  const length = view.getInt32(block + 8, true);
  const body = Number(view.getBigInt64(block + 16, true));
  if (body < 0 || offset + length + body > view.byteLength) throw new Error('a record batch is cut off');
  const before = view.getInt32(offset, true) === -1 ? 8 : 4;
  if (view.getInt32(offset + before - 4, true) + before !== length)
    throw new Error(`there is no record batch at byte ${offset}, where one is said to be`);
  const message = rootOf(view, offset + before);
  const [version, kind, size] = [0, 1, 3].map((field) => slotOf(view, message, field) ?? Infinity) as [
    number,
    number,
    number,
  ];
  if (!versions.includes(view.getInt16(version, true)) || view.getUint8(kind) !== expected)
    throw new Error(`the message at byte ${offset} is none of data`);
  if (Number(view.getBigInt64(size, true)) !== body) throw new Error('a record batch has two sizes');
  entriesOf(view, message, 4, 4);
  const header = tableAt(view, message, 2);
  const batch = expected === dictionaryBatch && header !== null ? tableAt(view, header, 1) : header;
  if (batch === null) throw new Error('a record batch has nothing in it');
  for (const field of [1, 2]) entriesOf(view, batch, field, 16);
  const rows = slotOf(view, batch, 0);
  const compressed = slotOf(view, batch, 3) !== null;
  const most = body === 0 ? mostBare : body * 8 * (compressed ? mostCompressed : 1);
  if (rows !== null && view.getBigInt64(rows, true) > BigInt(most))
    throw new Error('a record batch has more rows than bytes for them');
  return compressed;
}

function rootOf(view: DataView, at: number): number {
  return at + view.getUint32(at, true);
}

/** Where a field of a table lies; null when it is left out. */
function slotOf(view: DataView, table: number, field: number): number | null {
  const names = table - view.getInt32(table, true);
  const place = 4 + 2 * field;
  // As the reader has it: a size with a sign.
  const offset = place < view.getInt16(names, true) ? view.getUint16(names + place, true) : 0;
  return offset === 0 ? null : table + offset;
}

function tableAt(view: DataView, table: number, field: number): number | null {
  const slot = slotOf(view, table, field);
  return slot === null ? null : rootOf(view, slot);
}

/** Where the entries of a list lie, each so many bytes long. */
function entriesOf(view: DataView, table: number, field: number, size: number): number[] {
  const list = tableAt(view, table, field);
  if (list === null) return [];
  const count = view.getUint32(list, true);
  if (list + 4 + count * size > view.byteLength) throw new Error(`a list of ${count} entries is cut off`);
  return Array.from({ length: count }, (_, index) => list + 4 + index * size);
}

function tablesOf(view: DataView, table: number, field: number): number[] {
  return entriesOf(view, table, field, 4).map((entry) => rootOf(view, entry));
}
