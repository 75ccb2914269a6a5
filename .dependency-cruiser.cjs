/** `npm run lint:cycles`: no file imports itself by way of others, and no folder of an app or library either. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle-between-files',
      comment: 'Two files that need each other are one file, or share a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-cycle-between-folders',
      comment: 'A folder is read on its own: what both need belongs below both.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(apps|libs|clients)/[^/]+/src/.' },
      to: { circular: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^(apps|libs|stack|bench|test|clients)/',
    exclude: { path: ['(^|/)(node_modules|dist)/', '[.](spec|contract|pw)[.]tsx?$'] },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
