import type sharp from 'sharp';
import type { Content } from '../content.ts';

/** Null where the library that reads images is not there. */
export async function imageContent(path: string): Promise<Content | null> {
  const open = await imageLibrary();
  if (open === null) return null;
  const { format, width, height, channels, density } = await open(path).metadata();
  return { kind: 'image', format: format.toUpperCase(), width, height, channels, density: density ?? null };
}

/** The project's; the engine brings none, since few need it. */
export async function imageLibrary(): Promise<typeof sharp | null> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
