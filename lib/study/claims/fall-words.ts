import { similarityLabels } from './evidence.ts';
import type { Floor, FloorKind, MethodFloors } from './floors.ts';
import { counted, percent, ranged, rounded, table } from './written.ts';

/** `one epoch`, `3 epochs`. */
function epochs(distance: number | null): string {
  return distance === 1 ? 'one epoch' : `${distance ?? '?'} epochs`;
}

const said: Readonly<Record<FloorKind, (distance: string) => string>> = {
  stop: (distance) => `${distance} after early stopping`,
  late: (distance) => `between late checkpoints ${distance} apart`,
  before: (distance) => `between ${distance} before early stopping and it`,
  floor: () => 'between seeds at early stopping',
  lateFloor: () => 'between seeds at the last checkpoint',
  after: (distance) => `later, ${distance} apart`,
  untrained: () => 'to the same net untrained',
};

/**
 * In words, how much of a method's fall is there without late training. `augment=true: saliency, MSSIM is 0.25 at the
 * last checkpoint, a fall of 0.75. Of that fall 83 % (70 to 96 %) is there one epoch after early stopping, …`
 */
export function fallInWords(variant: string, found: MethodFloors): string | null {
  const { method, similarity, last, distance, floors } = found;
  if (!last) return null;
  const { value } = last.estimate;
  const begin = `${variant}: ${method}, ${similarityLabels[similarity]}, has fallen by ${rounded(1 - value)}, to ${rounded(value)}, at the last checkpoint.`;
  const shares = floors.flatMap(({ kind, share }) => {
    if (!share) return [];
    const interval = share.interval
      ? ` (${percent(share.interval.low)} to ${percent(share.interval.high)})`
      : '';
    return [`${percent(share.value)}${interval} ${said[kind](epochs(distance))}`];
  });
  const [first, ...rest] = shares;
  if (first === undefined) return `${begin} Nothing else was measured that would explain it.`;
  return `${begin} As much of a fall is there without late training: ${[first, ...rest].join('; ')}.`;
}

const columns: readonly { readonly kind: FloorKind; readonly title: (distance: string) => string }[] = [
  { kind: 'stop', title: (distance) => `${distance} after stopping` },
  { kind: 'late', title: (distance) => `late, ${distance} apart` },
  { kind: 'before', title: (distance) => `${distance} before stopping` },
  { kind: 'floor', title: () => 'two seeds, at stopping' },
  { kind: 'lateFloor', title: () => 'two seeds, at the end' },
  { kind: 'untrained', title: () => 'untrained' },
];

/** A row for each method: what it is at the last checkpoint, and each floor with its share of the fall. */
export function floorTable(all: readonly MethodFloors[]): readonly string[] {
  const distance = epochs(all.find((found) => found.distance !== null)?.distance ?? null);
  const shown = columns.filter(({ kind }) =>
    all.some(({ floors }) => floors.some((floor) => floor.kind === kind)),
  );
  return table(
    ['method', 'last checkpoint', ...shown.map(({ title }) => title(distance))],
    all.map(({ method, last, floors, dependsOnImage }) => [
      dependsOnImage ? method : `${method} *`,
      last ? withInterval(last.estimate.value, last.interval) : '',
      ...shown.map(({ kind }) => cell(floors.find((floor) => floor.kind === kind))),
    ]),
  );
}

function cell(floor: Floor | undefined): string {
  if (!floor) return '';
  const share = floor.share ? ` · ${percent(floor.share.value)}` : '';
  return `${withInterval(floor.value, floor.interval)}${share}`;
}

function withInterval(value: number, interval: Floor['interval']): string {
  return interval ? `${rounded(value)} (${ranged(interval)})` : rounded(value);
}

/** `3 seeds, 90 images` of each column, which are not the same for all. */
export function behindFloors(all: readonly MethodFloors[]): string {
  const shown = columns.flatMap(({ kind, title }) => {
    const floor = all.flatMap(({ floors }) => floors).find((one) => one.kind === kind);
    const distance = epochs(all[0]?.distance ?? null);
    return floor
      ? [`${title(distance)}: ${counted(floor.seeds, 'seed')}, ${counted(floor.images, 'image')}`]
      : [];
  });
  const last = all.find((found) => found.last)?.last?.estimate;
  const first = last
    ? [`last checkpoint: ${counted(last.seeds, 'seed')}, ${counted(last.images, 'image')}`]
    : [];
  return [...first, ...shown].join('; ');
}
