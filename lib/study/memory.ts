import { stat } from 'node:fs/promises';

/** What a task may take whose stage does not say. */
export const UNDECLARED = 4e9;
/** What a task takes before it computes anything: Node, the runtime, the program, some images and maps. */
const STANDING = 256e6;
/**
 * Of the weights: as read, as set, and in the device's order for both ways, wide filters as sixteen of one place, with
 * what putting them so takes.
 */
const COPIES_OF_WEIGHTS = 13;
/** What the runtime takes for each byte that has to be held: it asks for memory in powers of 2, and in pieces. */
const SLACK = 2.5;

/** Bytes that a task takes, about, of its weights and of what has to be held at once, in bytes. */
export function memoryOf(weights: number, held: number): number {
  return STANDING + COPIES_OF_WEIGHTS * weights + SLACK * held;
}

/** Bytes of files, which are in memory as long as a task has what it read of them. */
export async function fileBytes(files: readonly { readonly path: string }[]): Promise<number> {
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export interface CountedTask {
  /** Bytes that its `resources` declare; null where they declare none. */
  readonly memory: number | null;
  warn(message: string): void;
}

/** Says so where a task takes more than it is counted with, however little it does at once. */
export function warnOfMemory(task: CountedTask, needed: number): void {
  if (task.memory === null || needed <= task.memory) return;
  const [needs, has] = [needed, task.memory].map((bytes) => `${(bytes / 1e9).toPrecision(2)} GB`) as [
    string,
    string,
  ];
  task.warn(
    `as few images at a time as can be take about ${needs}, and the stage declares ${has} (\`resources: { memory: … }\`): declare what is taken, so that no more tasks run side by side than there is memory for`,
  );
}
