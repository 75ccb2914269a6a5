import { availableParallelism } from 'node:os';
import { PYTHON_VARIABLE, findPython } from './test/foreign/python.mjs';

/** One transform, three projects by suffix: unit (*.spec), int (*.int.spec: one real server), e2e (the stack). */
const base = {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  setupFiles: ['reflect-metadata'],
};

/** Left out where there is no Python: `npm test` says so in a sentence. */
const hasPython = (process.env[PYTHON_VARIABLE] ?? findPython() ?? '') !== '';
const withoutPython = hasPython ? [] : ['\\.python\\.e2e\\.spec\\.ts$'];

const roots = '<rootDir>/{apps,libs,stack,bench,test,clients}/**/';

export default {
  // Many tests wait for a server, so that one worker more than there are cores keeps the cores busy. Each
  // may start a whole stack of processes, so that there are four workers at most.
  maxWorkers: Math.min(availableParallelism() + 1, 4),
  // Freeing a large heap on a busy machine takes longer than the default of half a second. A worker that does
  // not end after this has a test that left something open.
  workerGracefulExitTimeout: 20_000,
  // Only a hang takes so long, also on a machine that is busy with something else.
  testTimeout: 180_000,
  reporters: ['default', '<rootDir>/test/closing-line.mjs'],
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [`${roots}*.spec.ts`],
      testPathIgnorePatterns: ['\\.(int|e2e)\\.spec\\.ts$', '/node_modules/'],
    },
    {
      ...base,
      displayName: 'int',
      testMatch: [`${roots}*.int.spec.ts`],
      globalSetup: '<rootDir>/test/pg.setup.mjs',
      globalTeardown: '<rootDir>/test/pg.teardown.mjs',
    },
    {
      ...base,
      displayName: 'e2e',
      testMatch: [`${roots}*.e2e.spec.ts`],
      testPathIgnorePatterns: ['/node_modules/', ...withoutPython],
      globalSetup: '<rootDir>/test/pg.setup.mjs',
      globalTeardown: '<rootDir>/test/pg.teardown.mjs',
    },
  ],
};
