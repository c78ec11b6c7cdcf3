import * as fs from 'node:fs';

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
  readdirSync,
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

/** Without waiting for a writer, where a pipe lies. Windows has no such pipes. */
const AT_ONCE = fs.constants.O_RDONLY | ((fs.constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * As Node's, but for what is neither a file nor a directory: a pipe would be waited for, and a device may have no
 * end. Opened to be read, these are refused. The error has the `flag`: nothing else says what it was to be opened for.
 */
export function openSync(path: string, flag: 'r' | 'w' | 'wx' | 'a' = 'r', mode?: number): number {
  if (flag !== 'r') return fs.openSync(path, flag, mode);
  let handle;
  try {
    handle = fs.openSync(path, AT_ONCE);
  } catch (error) {
    // So it is said of a socket.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') throw notAFile(path);
    throw Object.assign(error as NodeJS.ErrnoException, { flag });
  }
  const found = fs.fstatSync(handle);
  if (found.isFile() || found.isDirectory()) return handle;
  fs.closeSync(handle);
  throw notAFile(path);
}

/** As Node's, of what `openSync` opens; the error names the path, which Node does not of a directory. */
export function readFileSync(path: string): Buffer;
export function readFileSync(path: string, encoding: 'utf8'): string;
export function readFileSync(path: string, encoding?: 'utf8'): string | Buffer {
  const handle = openSync(path);
  try {
    return fs.readFileSync(handle, encoding);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  } finally {
    fs.closeSync(handle);
  }
}

function notAFile(path: string): NodeJS.ErrnoException {
  const message = `${path} is a pipe, a socket or a device, and no file`;
  return Object.assign(new Error(message), { code: 'EINVAL', syscall: 'open', flag: 'r', path });
}
