/**
 * The fences between the rooms (src/README.md has the map). Each rule says why it is there and what to do
 * instead of crossing it. The compiler holds the same walls from the other side: every room is a project of
 * its own, with only the `lib` and `types` of its environment.
 */
module.exports = {
  forbidden: [
    {
      name: 'core-imports-nothing',
      comment:
        'Core is pure maths that every process shares. If it needs something, the caller passes it in as an argument.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'contract-imports-core-only',
      comment:
        'The contract is what clients and engine agree on; were it to import the engine, a client would too. Put shared types here and implement them there. (zod is how the schemas are written, birpc how a call crosses a wire, msgpackr how it becomes bytes.)',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { pathNot: ['^src/(core|contract)/', 'node_modules/(zod|birpc|msgpackr)/'] },
    },
    {
      name: 'model-and-objective-run-anywhere',
      comment:
        'They run on any backend, in Node and in a browser window: only tfjs-core, core and contract. A faster kernel for one backend is registered from engine/compute; a file is read by engine/node.',
      severity: 'error',
      from: { path: '^src/engine/(model|objective)/' },
      to: {
        pathNot: [
          '^src/(core|contract)/',
          '^src/engine/(model|objective)/',
          'node_modules/@tensorflow/tfjs-core/',
        ],
      },
    },
    {
      name: 'objective-above-model',
      comment: 'A network knows nothing of the loss it is trained with. Pass what a term needs to the term.',
      severity: 'error',
      from: { path: '^src/engine/model/' },
      to: { path: '^src/engine/objective/' },
    },
    {
      name: 'trainer-knows-no-recipe',
      comment:
        'The trainer takes `step(inputs) -> terms` and an optimiser. Compose the step in engine/recipes and hand it over.',
      severity: 'error',
      from: { path: '^src/engine/train/' },
      to: { path: '^src/engine/(recipes|model|objective)/' },
    },
    {
      name: 'only-compute-loads-a-backend',
      comment:
        'The choice of backend is made in one place and can be overridden there. Elsewhere import tfjs-core only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/(compute|node)/' },
      to: { path: 'node_modules/@tensorflow/tfjs-(node|backend)' },
    },
    {
      name: 'machine-behind-adapters',
      comment:
        'Image decoding and native addons are reached through engine/node, so that another host can bring its own.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/node/' },
      to: { path: 'node_modules/(sharp|opentype.js)/' },
    },
    {
      name: 'renderer-speaks-contract',
      comment: 'The window knows no engine: it speaks the contract, whichever door it came through.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^src/(engine|main|preload|graphics|cli)/' },
    },
    {
      name: 'graphics-lends-only',
      comment:
        'The hidden window does what commands say, and knows nothing of what is computed: what is to be computed is decided in engine/compute, and said in the words of contract/graphics.',
      severity: 'error',
      from: { path: '^src/graphics/' },
      to: { path: '^src/', pathNot: '^src/(graphics|contract)/' },
    },
    {
      name: 'main-starts-the-engine-by-path',
      comment: 'Main owns windows and the life of the engine process, never its code: start it by path.',
      severity: 'error',
      from: { path: '^src/(main|preload)/' },
      to: { path: '^src/(engine|cli|renderer|graphics)/' },
    },
    {
      name: 'engine-knows-no-door',
      comment:
        'One engine, three front doors. What a door needs from the engine is offered, not imported back.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/(cli|main|preload|graphics|renderer)/' },
    },
    {
      name: 'product-imports-no-test',
      comment: 'Tests and benchmarks look at the product, never the other way round.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or lack a third that both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dev-dependency-in-product',
      comment:
        'What users run is installed without development dependencies: move it to `dependencies`. (Window and preload are bundled whole, so that theirs need not be installed; electron is the host itself, which comes with the app.)',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(renderer|preload)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(@types|electron)/',
      },
    },
    {
      name: 'no-orphan-dependency',
      comment: 'Declare in package.json what is imported: an undeclared package is there only by luck.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
