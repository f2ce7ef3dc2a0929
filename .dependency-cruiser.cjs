// The arrows of docs/ARCHITECTURE.md, "Folders". Tests see what they test; everything else keeps to these.
'use strict';

const TESTS = '\\.test\\.ts$';

/** `folder` may reach itself and `targets` of this repository, nothing else of it. */
function arrow(folder, targets, comment) {
  return {
    name: folder,
    comment,
    severity: 'error',
    from: { path: `^src/${folder}/`, pathNot: TESTS },
    to: { path: '^(src|workers|migrations|web)/', pathNot: [`^src/${folder}/`, ...targets] },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment: 'core imports core and node:crypto.',
      severity: 'error',
      from: { path: '^src/core/', pathNot: TESTS },
      to: { pathNot: ['^src/core/', '^(node:)?crypto$'] },
    },

    arrow('sources', ['^src/core/'], 'sources → core'),
    {
      name: 'source-stands-alone',
      comment:
        'A source imports its own folder, sources/shared, source.ts and harvest.ts: never a sibling, never the list.',
      severity: 'error',
      from: { path: '^src/sources/([^/]+)/', pathNot: TESTS },
      to: { path: '^src/sources/', pathNot: ['^src/sources/($1|shared)/', '^src/sources/(source|harvest)\\.ts$'] },
    },
    {
      name: 'sources-behind-the-list',
      comment: 'Only sources/index.ts reaches into the folder of a source; everybody else takes them from there.',
      severity: 'error',
      from: {
        path: '^(src|workers|migrations|bench)/',
        pathNot: ['^src/sources/[^/]+/', '^src/sources/index\\.ts$', TESTS],
      },
      to: { path: '^src/sources/[^/]+/', pathNot: '^src/sources/shared/' },
    },

    arrow('pipeline', ['^src/core/', '^src/sources/'], 'pipeline → core, sources'),
    arrow(
      'store',
      ['^src/core/', '^src/pipeline/(harvest-|media-)?ports\\.ts$', '^src/sources/harvest\\.ts$', '^migrations/'],
      'store → core, behind the ports of pipeline; the migrations are its own',
    ),
    {
      name: 'store-takes-only-types-of-ports',
      comment: 'store implements the ports; it runs nothing of pipeline.',
      severity: 'error',
      from: { path: '^src/store/', pathNot: TESTS },
      to: { path: '^src/pipeline/', dependencyTypesNot: ['type-only'] },
    },
    arrow('ledger', ['^src/core/'], 'ledger → core'),
    {
      name: 'verifier-shares-no-code',
      comment: 'ledger/verify re-derives what ledger wrote: a fault in the one must not hide in the other.',
      severity: 'error',
      from: { path: '^src/ledger/verify/', pathNot: TESTS },
      to: { path: '^src/', pathNot: '^src/ledger/verify/' },
    },
    {
      name: 'verifier-is-not-borrowed-from',
      comment: 'The other direction: the rest of ledger takes nothing from verify.',
      severity: 'error',
      from: { path: '^src/ledger/', pathNot: ['^src/ledger/verify/', TESTS] },
      to: { path: '^src/ledger/verify/' },
    },
    arrow('network', ['^src/core/', '^src/sources/harvest\\.ts$'], 'network → core; it implements HarvestIo'),
    arrow('read', ['^src/core/', '^src/store/readers(/|[^/]*\\.ts$)'], "read → core, store's readers"),
    arrow('export', ['^src/core/', '^src/read/', '^src/ledger/'], 'export → core, read, ledger'),
    arrow('queue', ['^src/core/'], 'queue → core'),
    arrow(
      'api',
      ['^src/core/', '^src/read/', '^src/export/', '^src/pipeline/', '^src/queue/', '^src/store/'],
      'api → read, export, pipeline, queue, core, store',
    ),
    {
      name: 'cli',
      comment: 'The command uses the same doors as the API, never the API itself; nor the worker entries.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: TESTS },
      to: { path: ['^src/api/', '^src/main\\.ts$', '^(workers|migrations|web)/'] },
    },
    {
      name: 'workers',
      comment: 'workers → app, queue, pipeline',
      severity: 'error',
      from: { path: '^workers/', pathNot: TESTS },
      to: { path: '^(src|migrations|web)/', pathNot: '^src/(app|queue|pipeline)/' },
    },
    {
      name: 'main',
      comment: 'src/main.ts starts app.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^(src|workers|migrations|web)/', pathNot: '^src/app/' },
    },

    {
      name: 'plain-typescript',
      comment:
        'Nest stands where lifecycle and HTTP live: api, app, queue, workers. The rest runs without a container.',
      severity: 'error',
      from: { path: '^src/(core|sources|pipeline|store|ledger|read|export)/', pathNot: TESTS },
      to: { path: '(^|/)node_modules/(@nestjs|nestjs-[^/]+)/' },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: '^(src|workers|migrations)/', pathNot: TESTS },
      to: { path: ['^(test|bench|scripts)/', TESTS] },
    },
    {
      name: 'no-development-dependency-in-production',
      comment: 'It would be missing after `npm ci --omit=dev`.',
      severity: 'error',
      from: { path: '^(src|workers|migrations)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      // The servers for tests are installed when a test first needs them.
      from: { pathNot: '^test/servers/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/', '^web/'] },
    exclude: { path: '(^|/)fixtures/' },
    // Imports of types count: an arrow is about knowing, not only about running.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: true,
  },
};
