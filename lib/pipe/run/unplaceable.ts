export function inTheWay(own: string, path: string): NodeJS.ErrnoException {
  const message = `${own} is in its way and was not put there as it is; move it, and run again`;
  return Object.assign(new Error(message), { code: 'EEXIST', syscall: 'rename', path });
}

/** As the file system would say it: a listing that was dropped meanwhile is not an empty directory. */
export function gone(path: string): NodeJS.ErrnoException {
  const message = `ENOENT: no such file or directory, open '${path}'`;
  return Object.assign(new Error(message), { code: 'ENOENT', syscall: 'open', path });
}
