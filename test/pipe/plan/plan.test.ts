import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { decodeAction } from '../../../lib/pipe/plan/action.ts';
import { planAll, type KnownOutputs } from '../../../lib/pipe/plan/plan.ts';
import type { TaskSpec } from './builder.ts';
import { World } from './world.ts';

/** data → train → score → plot, and text → plot. */
function study(): World {
  const world = new World([
    { id: 'data', reads: ['in.txt'] },
    { id: 'text', reads: ['text.txt'] },
    { id: 'train', reads: ['data'], params: { rate: 0.1, deep: { batch: 8 } } },
    { id: 'score', reads: ['train'], work: { kind: 'cmd', command: 'score', cwd: '', shell: 'sh' } },
    { id: 'plot', reads: ['score', 'text'] },
  ]);
  world.files = { 'in.txt': 'in', 'text.txt': 'text' };
  world.run();
  return world;
}

function changed(world: World, id: string, change: Partial<TaskSpec>): void {
  world.specs = world.specs.map((spec) => (spec.id === id ? { ...spec, ...change } : spec));
}

const fresh = { data: 'fresh', text: 'fresh', train: 'fresh', score: 'fresh', plot: 'fresh' };

describe('the plan', () => {
  test('is to run everything that was never built', () => {
    const world = new World([{ id: 'data' }, { id: 'train', reads: ['data'] }]);
    expect(world.plan()).toEqual({
      data: { state: 'stale', reasons: [{ reason: 'never-built' }] },
      train: { state: 'unknown', upstream: [0], reasons: [{ reason: 'never-built' }] },
    });
  });

  test('made anew, knows nothing of what the one before needed again', () => {
    const world = study();
    const facts = world.facts();
    for (const { path } of facts.graph.tasks[0]!.outputs) world.gone.add(path);
    const plans = (forced: boolean): unknown => {
      const known: KnownOutputs = facts.graph.tasks.map(() => null);
      const all = planAll({ ...facts, forced: ({ id }) => forced && id === 'train' }, known);
      return all.get(0)!.plan;
    };
    expect(plans(true)).toMatchObject({ state: 'stale', reasons: [{ reason: 'temp-needed' }] });
    expect(plans(false)).toMatchObject({ state: 'fresh' });
  });

  test('believes no record whose action is not that of its fingerprint', () => {
    const world = study();
    const record = world.lock.get('train')!;
    world.lock.set('train', { ...record, action: record.action.replace('0.1', '0.2') });
    expect(world.plan()).toMatchObject({
      train: { state: 'restorable', reasons: [{ reason: 'never-built' }] },
    });
    expect(world.run()).toEqual([]);
    expect(world.lock.get('train')).toEqual(record);
  });

  test('knows of a command under which names it reads, and of a module only what', () => {
    const world = study();
    const pathOf = (id: string) => world.graph.byId.get(id)!.outputs[0]!.path;
    const action = (id: string) => world.lock.get(id)!.action;
    expect(action('score')).toContain(JSON.stringify(pathOf('train')));
    expect(action('plot')).not.toContain(JSON.stringify(pathOf('score')));
  });

  test('is to do nothing after a run', () => {
    expect(study().states()).toEqual(fresh);
    expect(study().run()).toEqual([]);
  });

  const changes: [string, (world: World) => void, object, string[]][] = [
    [
      'an input file',
      (w) => {
        w.files['in.txt'] = 'new';
      },
      { data: 'stale', train: 'unknown', score: 'unknown', plot: 'unknown' },
      ['data', 'train', 'score', 'plot'],
    ],
    [
      'an input of one branch',
      (w) => {
        w.files['text.txt'] = 'new';
      },
      { text: 'stale', plot: 'unknown' },
      ['text', 'plot'],
    ],
    [
      'a parameter',
      (w) => {
        changed(w, 'train', { params: { rate: 0.2, deep: { batch: 8 } } });
      },
      { train: 'stale', score: 'unknown', plot: 'unknown' },
      ['train', 'score', 'plot'],
    ],
    [
      'the last stage’s code',
      (w) => {
        w.code['plot'] = 'new';
      },
      { plot: 'stale' },
      ['plot'],
    ],
    [
      'a command',
      (w) => {
        changed(w, 'score', { work: { kind: 'cmd', command: 'score -v', cwd: '', shell: 'sh' } });
      },
      { score: 'stale', plot: 'unknown' },
      ['score', 'plot'],
    ],
    [
      'where a command runs',
      (w) => {
        changed(w, 'score', { work: { kind: 'cmd', command: 'score', cwd: 'sub', shell: 'sh' } });
      },
      { score: 'stale', plot: 'unknown' },
      ['score', 'plot'],
    ],
    [
      'what a task reads',
      (w) => {
        changed(w, 'plot', { reads: ['score'] });
      },
      { plot: 'stale' },
      ['plot'],
    ],
  ];

  test.each(changes)('after a change of %s reruns just what may depend on it', (_, change, states, ran) => {
    const world = study();
    change(world);
    expect(world.states()).toEqual({ ...fresh, ...states });
    expect(world.run()).toEqual(ran);
    expect(world.states()).toEqual(fresh);
  });

  test.each(changes)('after %s was put back restores and runs nothing', (_, change) => {
    const world = study();
    const before = { specs: world.specs, files: { ...world.files }, code: { ...world.code } };
    const recorded = new Map(world.lock);
    change(world);
    world.run();
    Object.assign(world, { specs: before.specs, files: before.files, code: before.code });
    expect(Object.values(world.states()).every((state) => state === 'fresh' || state === 'restorable')).toBe(
      true,
    );
    expect(world.run()).toEqual([]);
    expect(world.lock).toEqual(recorded);
  });

  test('stops where a rerun gives equal bytes', () => {
    const world = study();
    const score = world.lock.get('score')!.outputs['out'];
    world.bytes['score'] = 'same';
    world.forced.add('score');
    world.run();
    expect(world.lock.get('score')!.outputs['out']).not.toBe(score);
    expect(world.plan()['score']).toEqual({ state: 'stale', reasons: [{ reason: 'forced' }] });
    expect(world.run()).toEqual(['score']);
  });

  test('is to restore an output that is gone, and to run when the store has lost it too', () => {
    const world = study();
    world.lost.add('train');
    const reasons = [{ reason: 'output-lost', path: 'artifacts/train/out' }];
    expect(world.plan()['train']).toEqual({ state: 'restorable', reasons });
    world.store.clear();
    expect(world.plan()['train']).toEqual({ state: 'stale', reasons });
    expect(world.states()).toMatchObject({ data: 'fresh', score: 'unknown' });
  });

  test('takes the recorded outputs of tasks that are not selected', () => {
    const world = study();
    world.files['in.txt'] = 'new';
    expect(world.plan(({ id }) => id === 'score')).toEqual({ score: { state: 'fresh' } });
    world.lock.delete('train');
    expect(world.plan(({ id }) => id === 'score')['score']).toMatchObject({
      state: 'unknown',
      upstream: [2],
    });
  });

  test('says of an uncertain task what is certain about it already', () => {
    const world = study();
    world.files['in.txt'] = 'new';
    changed(world, 'train', { params: { rate: 0.2, deep: { batch: 8 } } });
    expect(world.plan()['train']).toEqual({
      state: 'unknown',
      upstream: [0],
      reasons: [{ reason: 'parameter', path: 'rate', before: 0.1, after: 0.2 }],
    });
    expect(world.plan()['score']).toEqual({ state: 'unknown', upstream: [2], reasons: [] });
    expect(world.plan()['plot']).toEqual({ state: 'unknown', upstream: [3], reasons: [] });
  });

  test('names the file that changed, and of a task before the output with its maker', () => {
    const world = study();
    world.files['text.txt'] = 'new';
    expect(world.plan()['text']).toEqual({
      state: 'stale',
      reasons: [
        {
          reason: 'input',
          input: 'text.txt',
          path: 'text.txt',
          task: null,
          before: digestOf('text'),
          after: digestOf('new'),
        },
      ],
    });
    const before = world.lock.get('text')!;
    const after = digestOf('other');
    world.lock.set('text', { ...before, outputs: { out: after } });
    expect(world.plan(({ id }) => id === 'plot')['plot']).toEqual({
      state: 'stale',
      reasons: [
        {
          reason: 'input',
          input: 'text',
          path: 'artifacts/text/out',
          task: 'text',
          before: before.outputs['out'],
          after,
        },
      ],
    });
  });

  test('knows of an input the names and bytes of its files, and no more', () => {
    const world = study();
    // A file that is not asked for has no say, whatever it is called.
    world.members = { undefined: 'a file of a directory' };
    world.forced = new Set(['score', 'plot']);
    world.run();
    const out = (id: string) => world.lock.get(id)!.outputs['out'];
    const inputs = (id: string) => decodeAction(world.lock.get(id)!.action)!.task.inputs;
    expect(inputs('data')).toEqual({ 'in.txt': [['in.txt', digestOf('in'), {}]] });
    expect(inputs('score')).toEqual({ train: [['artifacts/train/out', out('train'), {}]] });
    expect(inputs('plot')).toEqual({ score: [['', out('score'), {}]], text: [['', out('text'), {}]] });
  });

  test('of one file of a directory, only that file has a say', () => {
    const world = new World([{ id: 'data' }, { id: 'read', reads: ['data:classes.txt'] }]);
    world.members = { 'classes.txt': 'cat', 'other.txt': 'dog' };
    world.run();
    expect(decodeAction(world.lock.get('read')!.action)!.task.inputs).toEqual({
      data: [['', digestOf('cat'), {}]],
    });
    world.bytes['data'] = 'another listing';
    world.forced.add('data');
    expect(world.run()).toEqual(['data']);
    // Until it is there, all of the directory has.
    world.members = {};
    expect(world.run()).toEqual(['data', 'read']);
    expect(decodeAction(world.lock.get('read')!.action)!.task.inputs).toEqual({
      data: [['', world.lock.get('data')!.outputs['out'], {}]],
    });
  });

  const unknown: [string, (world: World) => void][] = [
    ['the toolchain', (w) => (w.toolchain = null)],
    ['the packages', (w) => (w.packages = null)],
    ['the code', (w) => w.unknown.add('train')],
  ];
  test.each(unknown)('says that it could not look where a mistake keeps %s from being known', (_, change) => {
    const world = study();
    change(world);
    const train = () => world.plan(({ id }) => id === 'train')['train'];
    expect(train()).toEqual({ state: 'stale', reasons: [{ reason: 'unchecked' }] });
    changed(world, 'train', { params: { rate: 0.2, deep: { batch: 8 } } });
    expect(train()).toMatchObject({ reasons: [{ reason: 'parameter', path: 'rate' }] });
  });

  test('has nothing to look for in a command that nothing is known to be run by', () => {
    const world = study();
    world.unknown.add('score');
    world.run();
    expect(world.states()).toEqual(fresh);
    world.files['in.txt'] = 'new';
    expect(world.plan()['score']).toMatchObject({ state: 'unknown', reasons: [] });
    changed(world, 'score', { work: { kind: 'cmd', command: 'score -v', cwd: '', shell: 'sh' } });
    const plan = world.plan()['score'] as { readonly reasons: readonly { readonly reason: string }[] };
    expect(plan.reasons.map(({ reason }) => reason)).toEqual(['command']);
  });

  test('takes no recorded outputs of a task that declares one more since', () => {
    const world = study();
    const plain = world.facts();
    const [data] = plain.graph.tasks;
    const more = { ...data!, outputs: [...data!.outputs, { name: 'log', path: 'log', directory: false }] };
    const graph = { ...plain.graph, tasks: [more, ...plain.graph.tasks.slice(1)] };
    const known: KnownOutputs = graph.tasks.map(() => null);
    const plans = planAll({ ...plain, graph, selected: (index) => index === 2 }, known);
    expect(plans.get(2)!.plan).toMatchObject({ state: 'unknown', upstream: [0] });
  });

  test('treats a record that it cannot read as none', () => {
    const world = study();
    world.lock.set('plot', { fingerprint: digestOf('x'), outputs: {}, action: '[{"params":1},{}]' });
    world.store.clear();
    expect(world.plan()['plot']).toEqual({ state: 'stale', reasons: [{ reason: 'never-built' }] });
  });

  test('whatever graph and change: a second run is all hits, and states agree with what runs', () => {
    const graphs = fc.array(fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(graphs, fc.nat({ max: 7 }), fc.boolean(), (shape, at, sameBytes) => {
        const specs = shape.map((reads, index): TaskSpec => ({
          id: `t${index}`,
          reads: [
            ...new Set(reads.filter((need) => need < index).map((need) => `t${need}`)),
            `f${index}.txt`,
          ],
        }));
        const world = new World(specs);
        world.files = Object.fromEntries(specs.map((_, index) => [`f${index}.txt`, 'text']));
        const target = `t${at % specs.length}`;
        if (sameBytes) world.bytes[target] = 'constant';
        expect(world.run()).toEqual(specs.map(({ id }) => id));
        expect(world.run()).toEqual([]);
        world.files[`f${at % specs.length}.txt`] = 'other';
        const states = world.states();
        const ran = world.run();
        for (const [id, state] of Object.entries(states)) {
          if (state === 'fresh' || state === 'restorable') expect(ran).not.toContain(id);
          if (state === 'stale') expect(ran).toContain(id);
        }
        if (sameBytes) expect(ran).toEqual([target]);
        expect(world.run()).toEqual([]);
      }),
    );
  });
});
