import { readFile } from 'node:fs/promises';
import { createEngine } from './engine.ts';
import { DEVICES } from './engines/device.ts';
import type { Engine, EngineOptions } from './program.ts';

/** What an engine is to this machine, for people to read. */
interface EngineFinding {
  readonly name: string;
  readonly state: 'taken' | 'idle' | 'absent' | 'fact';
  /** What was found, or why it is not taken. */
  readonly text: string;
}

type Choice = Pick<EngineOptions, 'backend' | 'device' | 'precision'>;

const CHOICES: readonly Choice[] = [
  ...DEVICES.map((device) => ({ backend: 'onnxruntime' as const, device })),
  { backend: 'tensorflow', device: 'cuda' },
  { backend: 'tensorflow', device: 'cpu' },
  { backend: 'js', device: 'cpu' },
];

/** The engine that `wanted` takes on this machine; of every other, whether it would do as well, or why not. */
export async function examineEngines(wanted: Choice): Promise<EngineFinding[]> {
  const chosen = await start(wanted);
  const findings: EngineFinding[] = [{ name: 'instructions', state: 'fact', text: await vectorUnits() }];
  if (chosen instanceof Error)
    findings.push({ name: 'engine', state: 'absent', text: `none is taken: ${chosen.message}` });
  const taken = chosen instanceof Error ? '' : toolchainOf(chosen);
  const { precision = 'float32' } = wanted;
  for (const choice of CHOICES) findings.push(await examine({ ...choice, precision }, taken));
  return findings;
}

async function examine(choice: Choice, taken: string): Promise<EngineFinding> {
  const { backend, device } = choice;
  const name = `${backend} ${device}`;
  const engine = await start(choice);
  if (engine instanceof Error) return { name, state: 'absent', text: engine.message };
  const toolchain = toolchainOf(engine);
  const parts = [toolchain, ...engine.notes];
  if (toolchain === taken) return { name, state: 'taken', text: parts.join('; ') };
  parts.push(`works, and is used when params.engine is {backend: ${backend}, device: ${device}}`);
  return { name, state: 'idle', text: parts.join('; ') };
}

async function start(choice: Choice): Promise<Engine | Error> {
  try {
    const engine = await createEngine({ ...choice, threads: 1 });
    await engine.dispose();
    return engine;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return new Error(message.replaceAll(/\s*\n\s*/g, ' '));
  }
}

function toolchainOf({ toolchain: { engine, ...rest } }: Engine): string {
  return [engine, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(', ');
}

/** Which vector instructions the processor has; they decide how blocks are made, and thereby bits. */
async function vectorUnits(): Promise<string> {
  if (process.arch !== 'x64') return `${process.arch} vector instructions`;
  try {
    const text = await readFile('/proc/cpuinfo', 'utf8');
    const flags = /^flags\s*:\s*(.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const known = { avx2: 'AVX2', fma: 'FMA', avx512f: 'AVX-512', avx512_vnni: 'VNNI', avx512_bf16: 'BF16' };
    const found = Object.entries(known).flatMap(([flag, name]) => (flags.includes(flag) ? [name] : []));
    return found.length > 0 ? found.join(', ') : 'without AVX2';
  } catch {
    return 'vector instructions unknown: there is no /proc/cpuinfo';
  }
}
