import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

// `npm run test:eventstoredb -- --url esdb://…` runs all tests that can use a real EventStoreDB.
// All streams have a prefix of their own, so that a ledger on that server is not affected.

const HELP = `npm run test:eventstoredb -- --url esdb://user:password@host:2113 [options]

  --url URL          the connection string, as in EVENT_STORE
  --only PART,…      some of: contract, commands, product, crashes (default: all)
  --restart COMMAND  a command that kills and restarts the server; without it the part "crashes" is skipped
  --seconds N        the duration of "crashes" (30)
`;

/** Paths of specs: Jest picks the project by the suffix. */
const PARTS = {
  contract: 'libs/event-store/src/eventstoredb/eventstoredb-event-store.int.spec',
  commands: 'libs/commands/src/two-processes-on-eventstoredb.int.spec',
  product: 'test/product/on-eventstoredb.e2e.spec',
  crashes: 'test/eventstoredb/crashes.e2e.spec',
};

const options = {
  url: { type: 'string' },
  only: { type: 'string' },
  restart: { type: 'string' },
  seconds: { type: 'string', default: '30' },
  help: { type: 'boolean', default: false },
};

const chosen = readArguments();
const parts = chosen.only?.split(',') ?? Object.keys(PARTS);
const unknown = parts.filter((part) => !(part in PARTS));
if (chosen.help || chosen.url === undefined || unknown.length > 0) {
  if (unknown.length > 0) console.log(`There is no part ${unknown.join(', ')}.\n`);
  console.log(HELP);
  process.exit(chosen.help ? 0 : 2);
}

/** Prints the error and the usage. */
function readArguments() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.log(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

const url = withPrefix(chosen.url);
console.log(
  `Streams begin with ${/streamPrefix=([^&]*)/.exec(url)?.[1]}points-; nothing else is written.`,
);
const results = parts.map((part) => [part, runPart(part)]);
for (const [part, result] of results) console.log(`${part.padEnd(9)} ${result}`);
process.exit(results.some(([, result]) => result === 'FAILED') ? 1 : 0);

function withPrefix(named) {
  if (/[?&]streamPrefix=/i.test(named)) return named;
  const prefix = `test_${randomBytes(4).toString('hex')}.`;
  return `${named}${named.includes('?') ? '&' : '?'}streamPrefix=${prefix}`;
}

function runPart(part) {
  if (part === 'crashes' && chosen.restart === undefined) return 'skipped without --restart';
  const jest = join(import.meta.dirname, '../../node_modules/jest/bin/jest.js');
  const { status } = spawnSync(process.execPath, [jest, '--testPathPatterns', PARTS[part]], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      TEST_EVENTSTORE_URL: url,
      TEST_EVENTSTORE_SECONDS: chosen.seconds,
      ...(chosen.restart === undefined ? {} : { TEST_EVENTSTORE_RESTART: chosen.restart }),
    },
  });
  return status === 0 ? 'passed' : 'FAILED';
}
