import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * What the production files of one folder may import besides each other; anything else is an
 * error. Specs, contracts and what stands in a `testing/` folder may import test doubles too.
 */
const allowImports = (
  folder,
  { files = [`${folder}/src/**/*.ts`], except = [], may, because },
) => ({
  files,
  ignores: ['**/*.spec.ts', '**/*.contract.ts', '**/testing/**', ...except],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?!${may.join('|')})`,
            message: `Not allowed in ${folder}: ${because}`,
          },
          { regex: CROOKED, message: 'An import path must not turn back up in the middle.' },
        ],
      },
    ],
    'no-restricted-syntax': [
      'error',
      {
        selector: 'ImportExpression:not([source.value=/^\\.\\u002f[a-z][a-z0-9-]*\\.js$/])',
        message: 'A dynamic import may only name a file of the same folder.',
      },
      ...(PURE.includes(folder) ? CLOCKS : []),
    ],
  },
});

/** A file of the same folder or below it, but never of another `src` nor of a `testing/` folder. */
const FILE = '(?:(?!(?:src|testing)(?:/|$))[a-z0-9-]+/)*(?!src$)[a-z0-9][a-z0-9.-]*$';
const OWN = [`\\./${FILE}`, `\\.\\./${FILE}`, '\\.\\./\\.\\./[a-z0-9-]+\\.js$'];
/** A path that goes back up behind a name, as `kafkajs/../../libs` does, or without a slash. */
const CROOKED = '[^./]/\\.{1,2}(?:/|$)|\\\\|%';
const PURE = ['libs/ledger'];
const CLOCKS = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'A rule must not read a clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A rule must not read a clock.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'A rule must not use random numbers.',
  },
  {
    selector: 'Identifier[name=/^(process|globalThis|performance|crypto)$/]',
    message: 'A rule must not touch the machine.',
  },
];

/** Libraries that know nothing of the product: everything but the rules may use them. */
const BASICS = '#(async|bytes(/postgres)?|identity)$';
const BROWSER_BASICS = '#(async|bytes)$';

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
  allowImports('libs/async', {
    may: [...OWN],
    because: 'it works everywhere and imports nothing.',
  }),
  allowImports('libs/bytes', {
    may: [...OWN],
    because: 'it works everywhere and imports nothing.',
  }),
  allowImports('libs/identity', {
    may: [...OWN, '#bytes$', 'node:crypto$', 'canonicalize$'],
    because: 'it names and digests, and could never reach a store.',
  }),
  allowImports('libs/migrations', {
    may: [...OWN, 'node:crypto$', 'pg$'],
    because: 'it applies whatever migrations it is given.',
  }),
  allowImports('libs/ledger', {
    may: [`\\./${FILE}`],
    because: 'the rules are pure and import nothing, not even node:*.',
  }),
  allowImports('libs/ledger', {
    files: ['libs/ledger/src/settings/**/*.ts'],
    may: [`\\./${FILE}`, '\\.\\./support/[a-z-]+\\.js$'],
    because: 'settings are told to the rules and know nothing of accounts.',
  }),
  allowImports('libs/ledger', {
    files: ['libs/ledger/src/account/**/*.ts'],
    may: [`\\./${FILE}`, '\\.\\./(?:settings|support)/[a-z-]+\\.js$'],
    because: 'the rules are pure and know nothing of how events are stored.',
  }),
  allowImports('libs/ledger', {
    files: ['libs/ledger/src/storage/**/*.ts'],
    may: [
      `\\./${FILE}`,
      '(?:\\.\\./)+(?:account|settings|support|storage)/[a-z-]+\\.js$',
      '\\.\\./[a-z-]+\\.js$',
    ],
    because: 'what is stored follows from the rules and imports nothing else, not even node:*.',
  }),
  allowImports('libs/contracts', {
    may: [`\\./${FILE}`, BROWSER_BASICS, '#ledger$', 'zod$'],
    because: 'the browser uses it too, so nothing in it may need Node.',
  }),
  allowImports('libs/event-store', {
    may: [...OWN, BASICS, 'node:', '#migrations$', 'pg$', '@eventstore/db-client$'],
    because: 'an event store handles bytes and knows nothing of points.',
  }),
  allowImports('libs/commands', {
    may: [
      ...OWN,
      BASICS,
      'node:',
      '#ledger$',
      '#event-store$',
      '#settings$',
      '#contracts$',
      '@nestjs/common$',
      '@nestjs/cqrs$',
    ],
    because: 'it does not know its callers.',
  }),
  allowImports('libs/read-model', {
    may: [
      ...OWN,
      BASICS,
      'node:',
      '#migrations$',
      '#ledger$',
      '#event-store$',
      '#contracts$',
      'pg$',
    ],
    because: 'reading never writes events.',
  }),
  allowImports('libs/projection', {
    may: [...OWN, BASICS, 'node:', '#(ledger|event-store|read-model)$', 'pg$'],
    because: 'it carries events into the read tables, and knows no process.',
  }),
  allowImports('libs/kafka', {
    may: [...OWN, BASICS, 'node:', 'kafkajs(/|$)', 'zstddec$'],
    because: 'it is the only place that uses kafkajs.',
  }),
  allowImports('libs/senders', {
    may: [...OWN, BASICS, 'node:', '#ledger$', '#contracts$', 'zod$'],
    because: 'it decides who may send what, and neither executes nor records a command.',
  }),
  allowImports('libs/settings', {
    may: [...OWN, BASICS, 'node:', '#(ledger|event-store)$'],
    because: 'it reads and publishes the settings, and decides no command.',
  }),
  allowImports('libs/import', {
    may: [...OWN, BASICS, 'node:crypto$', '#(ledger|contracts)$', 'canonicalize$', 'zod$'],
    because: 'what importing says of an account follows from its rows alone, and reaches no store.',
  }),
  allowImports('libs/terminal', {
    may: [...OWN, BASICS, 'node:', 'string-width$'],
    because: 'it prints what it is given, and knows nothing of points.',
  }),
  allowImports('libs/platform', {
    may: [
      ...OWN,
      BASICS,
      'node:',
      '#(ledger|commands|contracts|event-store|read-model|kafka|senders|settings)$',
      '@nestjs/(common|core|cqrs)$',
      'reflect-metadata$',
      'pino$',
      'zod$',
      'pg$',
      'prom-client$',
    ],
    because: 'every process is made of its modules, and it has no rules of its own.',
  }),
  allowImports('libs/embedded', {
    may: [...OWN, BASICS, 'node:', '#kafka$', '#platform/process$'],
    because: 'it starts servers on this machine and knows nothing of points.',
  }),
  allowImports('stack', {
    may: [
      ...OWN,
      BASICS,
      'node:',
      '#(kafka|embedded)$',
      '#platform/process$',
      '#contracts$',
      // The first version of the settings is written before there is an app to send it to.
      '#(event-store|ledger|settings)$',
      // The demo has an old service's database, from which a user is taken over.
      'pg$',
      'zod$',
      'jose$',
    ],
    because: 'it starts servers and apps, and calls them as any service would.',
  }),
  allowImports('clients/typescript', {
    may: [...OWN, 'node:', 'kafkajs$'],
    because: 'it is published alone, and imports nothing of the ledger.',
  }),
  allowImports('clients/conformance', {
    files: ['clients/conformance/*.ts'],
    may: [...OWN, 'node:', '#(contracts|identity)$', 'kafkajs$', '\\.\\./\\.\\./apps/api/src/'],
    because: 'it is made from what the ledger itself sends and answers.',
  }),
  allowImports('apps/web', {
    files: ['apps/web/src/**/*.ts', 'apps/web/src/**/*.tsx'],
    may: [...OWN, BROWSER_BASICS, '#contracts$', 'react$', 'react-dom/client$', 'zod$'],
    because: 'it runs in a browser and shares only #contracts with the servers.',
  }),
  ...[
    'intake',
    'api',
    'projector',
    'sweeper',
    'audit',
    'migrate',
    'dead-letters',
    'esdb',
    'import',
  ].map((app) =>
    allowImports(`apps/${app}`, {
      may: [
        ...OWN,
        'node:',
        '#(?!audit$|testing$|[a-z-]+/testing$)',
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
        'string-width$',
      ],
      because: 'an app never imports another app or a test double.',
    }),
  ),
);
