/** The layers of docs/architecture.md, enforced. */
const pure = '^lib/pipe/(manifest|graph|plan)/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-phases',
      comment: 'manifest, graph and plan compute: no files, processes or clocks (hashing is computation)',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-phases-import-pure',
      severity: 'error',
      from: { path: pure },
      to: { path: '^lib/', pathNot: ['^lib/pipe/(manifest|graph|plan)/', '^lib/pipe/[^/]+\\.ts$'] },
    },
    {
      name: 'phases-in-order',
      comment: 'manifest knows nothing of the graph, the graph nothing of the plan',
      severity: 'error',
      from: { path: '^lib/pipe/manifest/' },
      to: { path: '^lib/pipe/(graph|plan)/' },
    },
    {
      name: 'graph-before-plan',
      severity: 'error',
      from: { path: '^lib/pipe/graph/' },
      to: { path: '^lib/pipe/plan/' },
    },
    {
      name: 'store-knows-bytes-only',
      severity: 'error',
      from: { path: '^lib/pipe/store/' },
      to: { path: '^lib/pipe/(run|report|cli|manifest)/' },
    },
    {
      name: 'run-does-not-print',
      severity: 'error',
      from: { path: '^lib/pipe/run/' },
      to: { path: '^lib/pipe/(report|cli)/' },
    },
    {
      name: 'nothing-imports-cli',
      severity: 'error',
      from: { path: '^(lib|stages)/', pathNot: '^lib/pipe/cli/' },
      to: { path: '^lib/pipe/cli/' },
    },
    {
      name: 'pipe-has-never-heard-of-a-tensor',
      comment: 'showing an Arrow file is the one place where the two meet',
      severity: 'error',
      from: { path: '^lib/pipe/', pathNot: '^lib/pipe/cli/' },
      to: { path: '^lib/(study|compute|arrow)/' },
    },
    {
      name: 'study-has-never-heard-of-a-cache',
      severity: 'error',
      from: { path: '^lib/(study|compute|arrow)/' },
      to: { path: '^lib/(pipe|stage)/|^stages/' },
    },
    {
      name: 'compute-and-arrow-are-below-the-study',
      severity: 'error',
      from: { path: '^lib/(compute|arrow)/' },
      to: { path: '^lib/study/' },
    },
    {
      name: 'stage-modules-are-thin',
      severity: 'error',
      from: { path: '^stages/' },
      to: { path: '^lib/pipe/' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^(lib|stages)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
