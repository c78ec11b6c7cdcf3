/** Tensors and tables ⇄ Arrow IPC files: what stages import as `pipewright/arrow`. */
export type { Column, Columns, PlainColumn, TensorColumn, TensorValues } from './columns.ts';
export { readArrow } from './read.ts';
export type { ArrowRows, ArrowTable, ColumnInfo, ReadTensor } from './read.ts';
export { writeArrow } from './write.ts';
export type { WriteOptions } from './write.ts';
