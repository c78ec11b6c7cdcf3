import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../lib/compute/program.ts';
import { engineWith } from '../layouts.ts';
import { nodeCases, runCase, type Outcome } from './onnx.ts';

/** Written by `npm run conformance -- --write` once they pass; what has passed goes on passing. */
const passes = readFileSync('test/compute/conformance/fixtures/onnx-passes.txt', 'utf8').trim().split('\n');

let engine: Engine;
beforeAll(async () => {
  engine = await engineWith('auto');
});
afterAll(() => engine.dispose());

describe.each([false, true])('ONNX’s own tests of a backend, images lying channels last: %s', (asImage) => {
  test('each passes or is refused in words, and those that are listed pass', async () => {
    const outcomes = new Map<string, Outcome>();
    for (const node of nodeCases()) outcomes.set(node.name, await runCase(engine, node, asImage));
    const wrong = [...outcomes].filter(([, outcome]) => typeof outcome === 'object' && 'wrong' in outcome);
    expect(wrong).toEqual([]);
    expect(passes.filter((name) => outcomes.get(name) !== 'passed')).toEqual([]);
    expect(passes.length).toBeGreaterThan(500);
  });
});
