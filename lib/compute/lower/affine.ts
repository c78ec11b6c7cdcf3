import { elements, fillValue, sameShape, type Node } from '../trace/graph.ts';
import { withEpilogue } from './blocked/epilogue.ts';
import { repeatedVector } from './blocked/images.ts';
import { convolve, convolvesBlocked } from './blocked/table.ts';
import type { Context } from './context.ts';
import { blocked, imagesPerBlock, natural, sameLayout, type Laid } from './layout.ts';

/*
 * In blocks of channels, a product or sum with one number per channel is slow as such: it broadcasts runs of
 * one block. A depthwise 1×1 convolution does both in one pass, with another tensor's sum and the rectifier
 * where they follow. So chains x·scale + shift + other, rectified, are found before anything is written.
 */

type Step = 'scale' | 'shift' | 'other' | 'relu';

const ORDER: readonly Step[] = ['scale', 'shift', 'other', 'relu'];

interface Link {
  readonly step: Step;
  /** What the step is done to. */
  readonly of: Node;
  readonly operand: Node | null;
  readonly negative: boolean;
}

function isImage({ shape, kernel }: Node): boolean {
  return shape.length === 4 && elements(shape.slice(0, 3)) > 1 && kernel !== 'Fill';
}

/** One number per channel, and not one number for all. */
function isPerChannel(node: Node): boolean {
  return fillValue(node) === null && elements(node.shape) === node.shape.at(-1) && node.shape.length <= 4;
}

/** The one thing that a node does to the first or second of its inputs, if it is a step of a chain. */
function linkOf(node: Node): Link | null {
  const [a, b] = node.inputs;
  if (!isImage(node) || a === undefined) return null;
  if (node.kernel === 'Relu') return { step: 'relu', of: a, operand: null, negative: false };
  if (b === undefined || !['Multiply', 'Add', 'Sub'].includes(node.kernel)) return null;
  const step = node.kernel === 'Multiply' ? 'scale' : 'shift';
  const channels = node.shape[3]!;
  const fits = (x: Node, operand: Node): boolean =>
    sameShape(x.shape, node.shape) &&
    isImage(x) &&
    isPerChannel(operand) &&
    elements(operand.shape) === channels;
  if (fits(a, b)) return { step, of: a, operand: b, negative: node.kernel === 'Sub' };
  if (node.kernel !== 'Sub' && fits(b, a)) return { step, of: b, operand: a, negative: false };
  if (node.kernel === 'Add' && sameShape(a.shape, b.shape) && isImage(b))
    return { step: 'other', of: a, operand: b, negative: false };
  return null;
}

/** Which nodes are written together with the one node that uses them. */
export class Chains {
  /** By the id of each chain's last node. */
  readonly #chains = new Map<number, Link[]>();
  readonly #absorbed = new Set<number>();
  readonly #block: number;

  /** `order`: every node written, each after its inputs; `roots`: those that must exist in themselves. */
  constructor(order: readonly Node[], roots: ReadonlySet<Node>, block: number) {
    this.#block = block;
    const uses = new Map<number, number>();
    for (const { inputs } of order) for (const { id } of inputs) uses.set(id, (uses.get(id) ?? 0) + 1);
    for (const node of order) {
      const link = this.#link(node);
      if (link === null) continue;
      const before = this.#chains.get(link.of.id);
      const last = before?.at(-1)?.step;
      const alone = uses.get(link.of.id) === 1 && !roots.has(link.of);
      const follows = last !== undefined && ORDER.indexOf(last) < ORDER.indexOf(link.step);
      if (before !== undefined && follows && alone) {
        this.#absorbed.add(link.of.id);
        this.#chains.set(node.id, [...before, link]);
        continue;
      }
      // A convolution that only the chain uses does the chain's work itself.
      const inside = alone && convolvesBlocked(link.of, block);
      if (!inside && link.step !== 'scale' && link.step !== 'shift') continue;
      this.#chains.set(node.id, [link]);
      if (inside) this.#absorbed.add(link.of.id);
    }
  }

  /** A sum of two images continues whichever of them is a chain, or else a convolution. */
  #link(node: Node): Link | null {
    const link = linkOf(node);
    if (link?.step !== 'other' || link.operand === null) return link;
    const { of, operand } = link;
    const first = [(x: Node) => this.#chains.has(x.id), (x: Node) => convolvesBlocked(x, this.#block)]
      .map((holds) => [of, operand].find(holds))
      .find((found) => found !== undefined);
    return first === operand ? { ...link, of: operand, operand: of } : link;
  }

  absorbed(node: Node): boolean {
    return this.#absorbed.has(node.id);
  }

  /** The chain that ends in `node`, as one blocked operator, where what it starts from is blocked. */
  write(node: Node, context: Context): Laid | null {
    const chain = this.#chains.get(node.id);
    const base = chain?.[0]?.of;
    if (chain === undefined || base === undefined) return null;
    const inside = this.absorbed(base);
    if (!inside && !sameLayout(context.value(base).layout, blocked(this.#block))) return null;
    const channels = node.shape[3]!;
    const epilogue: { scale?: string; shift?: string; other?: string; relu?: boolean } = {};
    for (const { step, operand, negative } of chain) {
      if (operand === null) epilogue.relu = true;
      else if (step === 'other') epilogue.other = context.whole(operand, blocked(this.#block));
      else {
        const whole = context.whole(operand, natural(operand.shape.length));
        const vector = context.reshape(whole, [channels]);
        epilogue[step === 'scale' ? 'scale' : 'shift'] = negative ? context.op('Neg', [vector]) : vector;
      }
    }
    if (inside) return { ...convolve(base, context, this.#block, epilogue), dims: node.shape };
    const images = imagesPerBlock(this.#block, node.shape[0]!, channels);
    const { scale, shift } = epilogue;
    const ones = (): string => context.graph.tensor(new Float32Array(channels).fill(1), [channels]);
    const groups = channels * images;
    const filter = context.reshape(repeatedVector(scale ?? ones(), images, context), [groups, 1, 1, 1]);
    if (shift !== undefined) epilogue.shift = repeatedVector(shift, images, context);
    const attributes = {
      group: groups,
      kernel_shape: [1, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
    };
    const inputs = [context.whole(base, blocked(this.#block)), filter];
    const name = context.blockedOp('Conv', ...withEpilogue(inputs, attributes, epilogue));
    return { name, layout: blocked(this.#block), dims: node.shape };
  }

  /** The nodes of a chain that were left to `node`, its last. */
  left(node: Node): Node[] {
    const chain = this.#chains.get(node.id) ?? [];
    return chain.slice(1).map(({ of }) => of);
  }
}
