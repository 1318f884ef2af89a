/**
 * The layers of the code, from top to bottom. A folder may import from its own row's folder and from rows below.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const floors = [
  ['main.ts'],
  ['commands'],
  ['demo'],
  ['hour', 'transfer', 'collecting', 'verify'],
  ['report', 'publish'],
  ['spool', 'vault', 'osf', 'x-api', 'health'],
  [
    'tweet',
    'settings',
    'durable',
    'proxy',
    'clock.ts',
    'utc.ts',
    'local-time.ts',
    'log.ts',
    'operator-error.ts',
    'printable.ts',
    'version.ts',
  ],
]

const places = (names) => `^src/(${names.map((name) => name.replace('.', '\\.')).join('|')})(/|$)`

const upwards = floors.slice(1).map((names, index) => ({
  name: `no-import-upwards-from-${names[0].replace('.ts', '')}`,
  severity: 'error',
  from: { path: places(names) },
  to: { path: places(floors.slice(0, index + 1).flat()) },
}))

const sideways = floors.slice(3, 6).flatMap((names) =>
  names.map((name) => ({
    name: `no-import-sideways-from-${name}`,
    severity: 'error',
    from: { path: places([name]) },
    to: { path: places(names.filter((other) => other !== name)) },
  })),
)

export default {
  forbidden: [
    ...upwards,
    ...sideways,
    {
      name: 'every-folder-has-a-floor',
      comment: 'Name it above, or nothing keeps it from importing upwards.',
      severity: 'error',
      from: { path: '^src/', pathNot: [places([...floors.flat(), 'simulator'])] },
      to: {},
    },
    {
      name: 'every-imported-folder-has-a-floor',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [places([...floors.flat(), 'simulator'])] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'simulator-stands-alone',
      comment: 'A stand-in that shares code with what it tests proves nothing.',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^src/', pathNot: '^src/(simulator/|clock\\.ts|log\\.ts|operator-error\\.ts)' },
    },
    {
      name: 'simulator-only-from-commands-and-demo',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulator|commands|demo)/' },
      to: { path: '^src/simulator/' },
    },
    { name: 'no-tests-in-product', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    {
      name: 'only-declared-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
