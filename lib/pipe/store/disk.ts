/**
 * All that the engine's rooms ask of the file system: of `node:fs`, what stands here and no more. They import it from
 * here, so that tests can put a disk in memory in its place (`test/pipe/memory/disk.ts`). What other programs read and
 * write, such as esbuild, goes past it.
 */
export {
  accessSync,
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
export { copyFile, open, rmdir } from 'node:fs/promises';
