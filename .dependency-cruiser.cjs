/** The layers of docs/architecture.md, enforced. */

/** The floors of the engine, from the ground; each may import those below it. */
const floors = [
  'manifest',
  'graph',
  'plan',
  'store',
  'remote',
  'files',
  'execute',
  'code',
  'worker',
  'run',
  'sites',
  'upkeep',
  'report',
  'ui',
  'cli',
];
const pure = '^lib/pipe/(manifest|graph|plan)/';

const upwards = floors.slice(0, -1).map((floor, index) => ({
  name: `${floor}-is-below-${floors[index + 1]}`,
  severity: 'error',
  from: { path: `^lib/pipe/${floor}/` },
  to: { path: `^lib/pipe/(${floors.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...upwards,
    {
      name: 'pure-phases',
      comment: 'manifest, graph and plan compute: no files, processes or clocks (hashing is computation)',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'store-knows-bytes-only',
      severity: 'error',
      from: { path: '^lib/pipe/store/' },
      to: { path: '^lib/pipe/(manifest|graph|plan)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-door-to-the-disk',
      comment:
        'so that a disk in memory can stand behind it; /proc, which tells of processes, lies on no disk',
      severity: 'error',
      from: {
        path: '^lib/pipe/(store|files|run|upkeep)/',
        pathNot: '^lib/pipe/store/(disk|process-identity)\\.ts$',
      },
      to: { dependencyTypes: ['core'], path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'remote-knows-bytes-only',
      severity: 'error',
      from: { path: '^lib/pipe/remote/' },
      to: { path: '^lib/pipe/(manifest|graph|plan)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'a-run-without-a-remote-cache-loads-none',
      comment: 'what speaks HTTP takes its time to load: it is imported where one is named, when it is used',
      severity: 'error',
      from: { path: '^lib/pipe/', pathNot: '^lib/pipe/(remote|cli/commands)/' },
      to: {
        path: '^lib/pipe/remote/',
        pathNot: '^lib/pipe/remote/(resolve|settings|slots)\\.ts$',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
    },
    {
      name: 'report-shows-values-and-does-nothing',
      comment: 'what it shows it knows by its type',
      severity: 'error',
      from: { path: '^lib/pipe/report/' },
      to: {
        path: '^lib/pipe/(store|remote|files|execute|code|worker|run|upkeep)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'what-stages-import-stands-alone',
      severity: 'error',
      from: { path: '^lib/pipe/(stage|arrow)/' },
      to: { path: '^lib/', pathNot: ['^lib/pipe/$1/'] },
    },
    {
      name: 'pipe-has-never-heard-of-a-tensor',
      comment: 'showing an Arrow file is where the two meet',
      severity: 'error',
      from: { path: '^lib/pipe/', pathNot: '^lib/pipe/(cli/view|cli/commands|ui/preview|arrow)/' },
      to: { path: '^lib/pipe/arrow/' },
    },
    {
      name: 'the-page-runs-in-a-browser',
      comment:
        'of the engine it has what it says to the server, and how quantities and control characters are written',
      severity: 'error',
      from: { path: '^lib/pipe/ui/page/' },
      to: {
        path: '^lib/|^(node:)?[a-z]+$',
        pathNot: '^lib/pipe/(ui/page/|ui/(protocol|views)\\.ts$|report/(quantity|shown)\\.ts$)',
      },
    },
    {
      name: 'pipe-stands-alone',
      severity: 'error',
      from: { path: '^lib/pipe/' },
      to: { path: '^(lib/(study|compute)|stages)/' },
    },
    {
      name: 'others-see-the-package',
      comment:
        'as any user would: pipewright/stage, pipewright/arrow; but pages on the engine are made from it',
      severity: 'error',
      from: { path: '^(lib/(study|compute)|stages|scripts)/', pathNot: '^scripts/docs/' },
      to: { path: '^lib/pipe/', pathNot: '^lib/pipe/(arrow|stage)/index\\.ts$' },
    },
    {
      name: 'study-has-never-heard-of-a-stage',
      severity: 'error',
      from: { path: '^lib/(study|compute)/' },
      to: { path: '^(lib/pipe/stage|stages)/' },
    },
    {
      name: 'compute-is-below-the-study',
      severity: 'error',
      from: { path: '^lib/compute/' },
      to: { path: '^lib/(study|pipe)/' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^(lib/(study|compute)|stages)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'declared-dependencies-of-the-engine',
      comment: 'what is bundled into it is a development dependency of its package; sharp is there or not',
      severity: 'error',
      from: { path: '^lib/pipe/' },
      to: { pathNot: '^node_modules/sharp/', dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^lib/pipe/dist'] },
    exclude: { path: '^lib/pipe/dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['pipewright-source', 'import', 'node', 'types', 'default'],
    },
  },
};
