import type { Stage } from '../../lib/pipe/manifest/manifest.ts';

/** A stage of one command that reads and writes nothing and says nothing of itself, but for what is given. */
export function bareStage(said: Partial<Stage> & Pick<Stage, 'name'>): Stage {
  return {
    title: '',
    work: { kind: 'cmd', command: 'true', cwd: '.', shell: 'sh' },
    params: {},
    code: null,
    references: [],
    inputs: [],
    outputs: [],
    metrics: [],
    plots: [],
    matrix: [],
    subset: null,
    when: [],
    scan: null,
    resources: { threads: 1, gpu: 0, gpus: 0, memory: 0, own: {} },
    env: [],
    passEnv: [],
    timeout: null,
    retries: 0,
    after: [],
    always: false,
    open: null,
    ...said,
  };
}
