import type { Damage, Verification } from '../upkeep/verify.ts';
import { bytes, count, grouped } from './quantity.ts';
import type { Style } from './style.ts';

/** Each damaged blob with what needs it and what became of it, and a last line for all. */
export function verifyLines(found: Verification, dryRun: boolean, style: Style): string[] {
  const { damage, entries, blobs, absent } = found;
  const lines = damage.flatMap((each) => damageLines(each, dryRun, style));
  if (entries > 0) {
    const words = `${count(entries, 'entry', 'entries')} of the action cache`;
    lines.push(`${style.colors.red('damaged')}     ${words}${dryRun ? '' : ': dropped'}`);
  }
  lines.push(`${verdict(damage, entries, dryRun, style)}: ${count(blobs, 'blob')}, ${bytes(found.bytes)}`);
  if (absent > 0) {
    lines.push(`note: ${count(absent, 'output')} of locks ${absent === 1 ? 'is' : 'are'} not in this store`);
  }
  return lines;
}

function damageLines({ digest, kind, needed, mended }: Damage, dryRun: boolean, style: Style): string[] {
  const indent = ' '.repeat(12);
  const places = needed.map(({ task, output, path }) => `${indent}${path} (${task}.${output})`);
  return [
    `${style.colors.red(kindWord(kind).padEnd(10))}  ${digest}`,
    ...(places.length > 0 ? places : [`${indent}an earlier result that no lock of this project needs`]),
    ...(dryRun ? [] : [`${indent}${fate(mended, needed.length > 0)}`]),
  ];
}

function kindWord(kind: Damage['kind']): string {
  return kind === 'cut-off' ? 'cut off' : kind;
}

function fate(mended: boolean, needed: boolean): string {
  if (mended) return 'put back from artifacts';
  return needed ? 'dropped: `pipe run` makes it again' : 'dropped';
}

function verdict(damage: readonly Damage[], entries: number, dryRun: boolean, style: Style): string {
  if (damage.length + entries === 0) return style.colors.green('all intact');
  const mended = damage.filter((each) => each.mended).length;
  const parts = [`${grouped(damage.length + entries)} damaged`];
  if (!dryRun) parts.push(`${grouped(mended)} put back`);
  return style.colors.bold(parts.join(', '));
}
