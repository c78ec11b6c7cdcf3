import { digestOf, isDigest, type Digest } from '../digest.ts';
import { writeAtomically } from './atomic.ts';
import { existsSync, readFileSync, utimesSync } from './disk.ts';
import { actionPath, type Layout } from './layout.ts';

/** What an action is known to give: digests by output name. */
export interface ActionResult {
  readonly outputs: Readonly<Record<string, Digest>>;
  /** How long it took, for those who ask what it would cost to lose it. */
  readonly ms: number;
  /** Of an action that was not carried out here: who said so. */
  readonly from?: 'remote';
  /** Names of outputs whose bytes were given up, as nothing that ran needed them any more. */
  readonly gone?: readonly string[];
}

/** The outputs whose bytes are to be in the store. */
export function stayingOutputs({ outputs, gone = [] }: ActionResult): readonly Digest[] {
  return Object.entries(outputs).flatMap(([name, digest]) => (gone.includes(name) ? [] : [digest]));
}

/** Those that were given up. */
export function goneOutputs({ outputs, gone = [] }: ActionResult): readonly Digest[] {
  return gone.flatMap((name) => outputs[name] ?? []);
}

/** The action cache: one small file for each action, which carries a digest of itself. */
export class ActionCache {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Null when the action is not known, or what is written of it is damaged. */
  find(fingerprint: Digest): ActionResult | null {
    const path = actionPath(this.#layout, fingerprint);
    let text;
    try {
      // Asked first, because most are not there, and an error takes long to make.
      if (!existsSync(path)) return null;
      text = readFileSync(path, 'utf8');
    } catch {
      return null;
    }
    const [body = '', seal] = text.split('\n');
    return seal === sealOf(fingerprint, body) ? decode(body) : null;
  }

  /** Written last, when all that it names is in the store. */
  record(fingerprint: Digest, result: ActionResult, durable: boolean): void {
    const { outputs, ms, from, gone } = result;
    const body = JSON.stringify({
      outputs,
      ms: Math.round(ms),
      ...(from && { from }),
      ...(gone && { gone }),
    });
    writeAtomically(
      actionPath(this.#layout, fingerprint),
      `${body}\n${sealOf(fingerprint, body)}\n`,
      durable,
    );
  }

  /** Notes that the action was of use now, for those who drop what has long been of none. */
  touch(fingerprint: Digest): void {
    const now = Date.now() / 1000;
    try {
      utimesSync(actionPath(this.#layout, fingerprint), now, now);
    } catch {
      // A read-only cache serves as well; it is not ours to tidy.
    }
  }
}

/** Ties the body to its fingerprint: an entry under another's name is damaged too. */
function sealOf(fingerprint: Digest, body: string): Digest {
  return digestOf(`${fingerprint}\n${body}`);
}

function decode(body: string): ActionResult | null {
  const { outputs, ms, from, gone } = JSON.parse(body) as ActionResult;
  const more = { ...(from && { from }), ...(gone && { gone }) };
  return Object.values(outputs).every(isDigest) ? { outputs, ms, ...more } : null;
}
