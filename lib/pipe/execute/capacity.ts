import { availableParallelism, totalmem } from 'node:os';
import { readdirSync } from '../store/disk.ts';
import type { Resources, Stage } from '../manifest/manifest.ts';
import type { Variables } from './environment.ts';

/** What tasks that run may hold together. */
export interface Capacity {
  readonly threads: number;
  /** What CUDA calls each GPU: an index, or what the caller's `CUDA_VISIBLE_DEVICES` names. */
  readonly devices: readonly string[];
  /** Bytes. */
  readonly memory: number;
  /** Resources that the file declares. */
  readonly own: Readonly<Record<string, number>>;
}

/** What whoever runs it says of that; the machine, and the file, have the rest. */
export interface StatedCapacity {
  readonly jobs?: number | undefined;
  readonly gpus?: number | undefined;
  readonly memory?: number | undefined;
  readonly own?: Readonly<Record<string, number>> | undefined;
}

export function capacityOf(
  { jobs, gpus, memory, own }: StatedCapacity,
  declared: Readonly<Record<string, number>>,
  environment: Variables,
): Capacity {
  return {
    threads: jobs ?? availableParallelism(),
    devices: devicesOf(gpus, visibleDevices(environment), gpuFiles),
    memory: memory ?? machineMemory(),
    own: { ...declared, ...own },
  };
}

/**
 * The names in `CUDA_VISIBLE_DEVICES`, up to the first that is none, as CUDA reads it; null where it is not set. Empty,
 * it hides all.
 */
export function visibleDevices(environment: Variables): readonly string[] | null {
  const listed = environment['CUDA_VISIBLE_DEVICES'];
  if (listed === undefined) return null;
  const names = listed.split(',').map((name) => name.trim());
  const end = names.findIndex((name) => name === '' || name.startsWith('-') || name === 'NoDevFiles');
  return end < 0 ? names : names.slice(0, end);
}

/** Those that are visible, or the first so many; without a list, indices. */
export function devicesOf(
  stated: number | undefined,
  visible: readonly string[] | null,
  count: () => number,
): readonly string[] {
  if (visible !== null) return visible.slice(0, stated ?? visible.length);
  return Array.from({ length: stated ?? count() }, (_, index) => String(index));
}

/** The driver makes one file for each, and CUDA counts those that are there from 0. */
function gpuFiles(): number {
  try {
    return readdirSync('/dev').filter((name) => /^nvidia\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}

/** What the machine has, or less where a container is held to less. */
function machineMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
}

/** What a task asks for beyond all there is: it could never start. Threads are not among it: it gets those there are. */
export interface Lack {
  readonly resource: string;
  readonly asked: number;
  readonly has: number;
}

export function lacks({ gpus, memory, own }: Resources, capacity: Capacity): readonly Lack[] {
  const asked: Lack[] = [
    { resource: 'gpus', asked: gpus, has: capacity.devices.length },
    { resource: 'memory', asked: memory, has: capacity.memory },
    ...Object.entries(own).map(([name, amount]) => ({
      resource: name,
      asked: amount,
      has: capacity.own[name] ?? 0,
    })),
  ];
  return asked.filter((each) => each.asked > each.has);
}

/** Whether tasks of the stage may have to wait for something besides threads. */
export function isScarce({ resources: { gpu, gpus, memory, own } }: Pick<Stage, 'resources'>): boolean {
  return gpu > 0 || gpus > 0 || memory > 0 || Object.values(own).some((amount) => amount > 0);
}
