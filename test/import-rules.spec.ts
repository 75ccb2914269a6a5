import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

// Each folder with a rule has an import that is forbidden, and one that is allowed.
const RULES = [
  { file: 'libs/ledger/src/index.ts', never: 'node:crypto', may: './account/decide.js' },
  { file: 'libs/ledger/src/account/decide.ts', never: '#contracts', may: './events.js' },
  {
    file: 'libs/ledger/src/account/decide.ts',
    never: './../../event-store/src/index.js',
    may: './pending-events.js',
  },
  { file: 'libs/contracts/src/index.ts', never: 'node:crypto', may: 'zod' },
  { file: 'libs/contracts/src/index.ts', never: '../../identity/src/index.js', may: '#ledger' },
  { file: 'libs/identity/src/index.ts', never: '#event-store', may: 'node:crypto' },
  { file: 'libs/identity/src/digest.ts', never: '#contracts', may: 'canonicalize' },
  { file: 'libs/event-store/src/index.ts', never: '#ledger', may: 'node:crypto' },
  { file: 'libs/event-store/src/port.ts', never: '@nestjs/common', may: 'pg' },
  { file: 'libs/commands/src/index.ts', never: '#read-model', may: '#ledger' },
  { file: 'libs/commands/src/index.ts', never: 'kafkajs', may: '@nestjs/cqrs' },
  {
    file: 'libs/kafka/src/index.ts',
    never: 'kafkajs/../../dist/libs/commands/src/index.js',
    may: 'kafkajs',
  },
  {
    file: 'apps/audit/src/program.ts',
    never: '@fastify/static/../../../apps/api/src/main.js',
    may: './cli.js',
  },
  { file: 'apps/audit/src/program.ts', never: '../../api/package.json', may: '#ledger' },
  {
    file: 'libs/read-model/src/queries/due-accounts.ts',
    never: '../../../../commands/src/index.js',
    may: '../read-tables.js',
  },
  {
    file: 'libs/commands/src/index.ts',
    never: '../../event-store/src/index.js',
    may: './account-loader.js',
  },
  { file: 'apps/web/src/app.tsx', never: '#contracts/testing', may: '#contracts' },
  { file: 'apps/web/src/format/points.ts', never: 'node:crypto', may: './days.js' },
  { file: 'libs/read-model/src/index.ts', never: '#commands', may: 'pg' },
  { file: 'libs/projection/src/index.ts', never: '#platform', may: 'pg' },
  { file: 'libs/senders/src/index.ts', never: '#commands', may: 'zod' },
  { file: 'libs/settings/src/index.ts', never: '#commands', may: '#event-store' },
  { file: 'libs/ledger/src/index.ts', never: './testing/scenario.js', may: './account/decide.js' },
  { file: 'libs/commands/src/index.ts', never: '#event-store/testing', may: '#async' },
  { file: 'libs/contracts/src/index.ts', never: '#identity', may: '#async' },
  { file: 'apps/api/src/main.ts', never: '#event-store/testing', may: '#identity' },
  { file: 'apps/web/src/app.tsx', never: '#identity', may: '#async' },
  { file: 'libs/embedded/src/index.ts', never: '#contracts', may: '#async' },
  { file: 'stack/src/local-senders.ts', never: '#senders', may: '#identity' },
  {
    file: 'clients/typescript/src/index.ts',
    never: '#contracts',
    may: './client/ledger-client.js',
  },
  {
    file: 'clients/typescript/src/outbox/outbox-relay.ts',
    never: '../../../../libs/async/src/index.js',
    may: 'node:crypto',
  },
  { file: 'clients/conformance/id-vectors.ts', never: '#commands', may: '#identity' },
] as const;

const lint = (texts: { filePath: string; text: string }[]): { ruleId: string }[][] =>
  JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'lint-texts.mjs')], {
      cwd: root,
      input: JSON.stringify(texts),
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    }),
  ) as { ruleId: string }[][];

const importing = (file: string, from: string) => ({
  filePath: join(root, file),
  text: `import * as there from '${from}';\nvoid there;\n`,
});

const IMPORT_RULE = '@typescript-eslint/no-restricted-imports';

const loading = (file: string, expression: string) => ({
  filePath: join(root, file),
  text: `export const there = import(${expression});\n`,
});

const OPENER = 'apps/audit/src/store/open-event-source.ts';
/** Dynamic imports as they are written, and whether each is allowed. */
const DYNAMIC = [
  { name: "'./postgres-source.js'", may: true },
  { name: "'../cli.js'", may: false },
  { name: "'./../cli.js'", may: false },
  { name: "'#event-store'", may: false },
  { name: "'./..'", may: false },
  { name: "'./..\\\\cli.js'", may: false },
  { name: "'./postgres-source' + '.js'", may: false },
  { name: '`./${String(Date)}`', may: false },
] as const;

describe('the import rules of each folder', () => {
  // The linter runs once for all, because loading it takes most of its time.
  const found = lint([
    ...RULES.flatMap(({ file, never, may }) => [
      importing(file, never),
      importing(file, may),
      loading(file, `'${never}'`),
    ]),
    ...DYNAMIC.map(({ name }) => loading(OPENER, name)),
  ]).map((faults) => faults.map(({ ruleId }) => ruleId));

  it.each(RULES.map((rule, index) => ({ ...rule, index })))(
    'reports $never in $file, and accepts $may',
    ({ file, index }) => {
      const [forbidden, allowed] = found.slice(3 * index);
      expect(existsSync(join(root, file))).toBe(true);
      expect(forbidden).toContain(IMPORT_RULE);
      expect(allowed).not.toContain(IMPORT_RULE);
    },
  );

  it.each(RULES.map((rule, index) => ({ ...rule, index })))(
    'reports a dynamic import in $file',
    ({ index }) => {
      expect(found[3 * index + 2]).toContain('no-restricted-syntax');
    },
  );

  it.each(DYNAMIC.map((each, index) => ({ ...each, index })))(
    'accepts a dynamic import only of a file in the same folder: $name',
    ({ index, may }) => {
      const faults = found[3 * RULES.length + index];
      expect(faults?.includes('no-restricted-syntax')).toBe(!may);
    },
  );
});
