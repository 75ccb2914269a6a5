import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The one wall of a room: what its files may import besides each other. Anything else is an error. */
const wall = (room, { files = [`${room}/src/**/*.ts`], but = [], may, because }) => ({
  files,
  ignores: ['**/*.spec.ts', '**/*.suite.ts', ...but],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?!${may.join('|')})`,
            message: `Behind the wall of ${room}: ${because}`,
          },
          { regex: CROOKED, message: 'A path that turns round, or is none of a module.' },
        ],
      },
    ],
    'no-restricted-syntax': [
      'error',
      {
        selector: 'ImportExpression:not([source.value=/^\\.\\u002f[a-z][a-z0-9-]*\\.js$/])',
        message: 'No dynamic import behind a wall, but of a file beside this one.',
      },
      ...(PURE.includes(room) ? CLOCKS : []),
    ],
  },
});

/** A file of the room, from where it is looked at: no way back up, nor down into the `src` of another. */
const FILE = '(?:(?!src(?:/|$))[a-z0-9-]+/)*(?!src$)[a-z0-9][a-z0-9.-]*$';
const OWN = [`\\./${FILE}`, `\\.\\./${FILE}`, '\\.\\./\\.\\./[a-z0-9-]+\\.js$'];
/** Back up behind a name, as `kafkajs/../../libs` would, or by other means than a slash. */
const CROOKED = '[^./]/\\.{1,2}(?:/|$)|\\\\|%';
const PURE = ['libs/ledger'];
const CLOCKS = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'No clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'No clock.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'No chance.',
  },
  {
    selector: 'Identifier[name=/^(process|globalThis|performance|crypto)$/]',
    message: 'No machine.',
  },
];

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
    may: [`\\./${FILE}`],
    because: 'the rules are pure and import nothing, not even node:*.',
  }),
  wall('libs/contracts', {
    but: ['libs/contracts/src/identity/**'],
    may: [`\\./(?!identity)${FILE}`, '#ledger$', 'zod$'],
    because: 'a browser shares it; node and identity/ are for servers.',
  }),
  wall('libs/contracts/src/identity', {
    files: ['libs/contracts/src/identity/**/*.ts'],
    may: [...OWN, '#ledger$', 'node:crypto$', 'canonicalize$', 'uuid$'],
    because: 'names and digests, and nothing that could reach a store.',
  }),
  wall('libs/event-store', {
    may: [...OWN, 'node:', 'pg$', '@eventstore/db-client$'],
    because: 'an adapter is a class with a constructor; it knows bytes, not points.',
  }),
  wall('libs/commands', {
    may: [
      ...OWN,
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
    may: [...OWN, 'node:', '#ledger$', '#event-store$', '#contracts$', 'pg$'],
    because: 'reading never writes events.',
  }),
  wall('libs/kafka', {
    may: [...OWN, 'node:', 'kafkajs(/|$)', 'zstddec$'],
    because: 'it is the one kafkajs client.',
  }),
  wall('libs/runtime', {
    may: [...OWN, 'node:', '@nestjs/common$', 'zod$', 'pino$', 'prom-client$'],
    because: 'it starts before everything.',
  }),
  wall('libs/senders', {
    may: [...OWN, 'node:', '#(ledger|runtime)$', '#contracts(/identity)?$', 'zod$'],
    because: 'it says who may send what, and neither carries out nor records anything.',
  }),
  wall('libs/assembly', {
    may: [
      ...OWN,
      'node:',
      '#(ledger|commands|event-store|read-model|runtime|kafka|senders)$',
      'zod$',
      'pg$',
      'prom-client$',
    ],
    because: 'it puts together what several processes are made of, and has no rules of its own.',
  }),
  wall('stack', {
    may: [...OWN, 'node:', '#kafka$', '#runtime$', '#contracts(/identity)?$', 'zod$', 'jose$'],
    because: 'it starts servers and apps, and speaks to them as any service would.',
  }),
  wall('apps/web', {
    files: ['apps/web/src/**/*.ts', 'apps/web/src/**/*.tsx'],
    may: [...OWN, '#contracts$', 'react$', 'react-dom/client$', 'zod$'],
    because: 'it runs in a browser: #contracts and nothing else of ours.',
  }),
  ...['intake', 'api', 'projector', 'sweeper', 'audit', 'migrate', 'dead-letters', 'esdb'].map(
    (app) =>
      wall(`apps/${app}`, {
        may: [
          ...OWN,
          'node:',
          '#(?!testing)',
          '@nestjs/',
          '@fastify/',
          'fastify$',
          'reflect-metadata$',
          'rxjs',
          'zod$',
          'jose$',
          'pg$',
          'prom-client$',
          'commander$',
        ],
        because: 'never another app, never what is for tests.',
      }),
  ),
);
