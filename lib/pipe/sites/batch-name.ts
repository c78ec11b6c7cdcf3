/** Sorts by time. */
export function newName(now: number, chance: () => number): string {
  const digits = Array.from({ length: 8 }, () => Math.floor(chance() * 36).toString(36)).join('');
  return `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${digits}`;
}
