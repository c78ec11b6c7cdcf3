import { inflateSync } from 'fflate';

/** What `packBytes` made. */
export function unpackBytes(text: string): Uint8Array {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at += 1) bytes[at] = packed.charCodeAt(at);
  return inflateSync(bytes);
}
