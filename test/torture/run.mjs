import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

// `npm run torture` runs the simulation over many seeds, then real processes that are killed and suspended
// under load, then a change from an earlier build and its rules to this one and rules 2, then all
// processes under a steady load while their memory is measured, and then a take-over from a Python process
// that goes on writing, under kills.
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    'rolling-seconds': { type: 'string', default: '60' },
    before: { type: 'string' },
    'memory-minutes': { type: 'string', default: '10' },
    malformed: { type: 'string', default: '0' },
    'take-over-seeds': { type: 'string', default: '20' },
    help: { type: 'boolean' },
  },
});

const LONG = ['--config', 'test/torture/long.config.mjs'];

/** Each part by its name: the option that 0 turns off, and how it is run. */
const PARTS = {
  seeds: {
    option: 'seeds',
    // Each seed is two tests: only those that fail are told, and how far it is.
    args: ['--verbose=false', '--testPathPatterns', 'test/simulation'],
    env: { SIMULATION_SEEDS: values.seeds, SIMULATION_FIRST_SEED: values.seed },
  },
  minutes: {
    option: 'minutes',
    args: ['--testPathPatterns', 'test/torture/torture'],
    env: { TORTURE_MINUTES: values.minutes, TORTURE_SEED: values.seed },
  },
  rolling: {
    option: 'rolling-seconds',
    args: [...LONG, '--testPathPatterns', 'rolling-change'],
    env: {
      ROLLING_SECONDS: values['rolling-seconds'],
      ...(values.before !== undefined && { ROLLING_BEFORE: values.before }),
      TORTURE_SEED: values.seed,
    },
  },
  memory: {
    option: 'memory-minutes',
    args: [...LONG, '--testPathPatterns', 'memory'],
    env: { MEMORY_MINUTES: values['memory-minutes'] },
  },
  malformed: {
    option: 'malformed',
    args: ['--testPathPatterns', 'test/foreign/malformed'],
    env: { MALFORMED_MESSAGES: values.malformed, MALFORMED_SEED: values.seed },
  },
  'take-over': {
    option: 'take-over-seeds',
    args: ['--verbose=false', '--testPathPatterns', 'take-over.python'],
    env: { TAKE_OVER_SEEDS: values['take-over-seeds'], TAKE_OVER_FIRST_SEED: values.seed },
  },
};

const isKnown = values.only === undefined || Object.hasOwn(PARTS, values.only);
if (values.help || !isKnown) {
  process.stdout.write(
    `npm run torture -- [--only ${Object.keys(PARTS).join('|')}] [--minutes 10] [--seeds 200] [--seed 1]\n` +
      '                   [--rolling-seconds 60] [--before COMMIT] [--memory-minutes 10] [--malformed 0]\n' +
      '                   [--take-over-seeds 20]\n\n' +
      '  --only            one part alone\n' +
      '  --minutes         minutes during which real processes are killed and suspended under load; 0: none\n' +
      '  --seeds           number of seeds of the simulation; 0: none. Progress is printed twice a minute\n' +
      '  --seed            the first seed: with --seeds it makes a piece of a longer run, beside others\n' +
      '  --rolling-seconds seconds during which an earlier build works beside this one, before rules 2 are\n' +
      '                    published and come into force, which takes another 7 minutes; 0: none\n' +
      '  --before          the commit of the earlier build (default: the last one without settings)\n' +
      '  --memory-minutes  minutes during which memory is measured under a steady load; 0: none\n' +
      '  --malformed       number of malformed messages sent by a client in Python; 0: none\n' +
      '  --take-over-seeds number of seeds of a take-over from a Python process that goes on writing; 0: none\n',
  );
  process.exit(values.help ? 0 : 2);
}

const jest = ({ args, env }) =>
  spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '-i', ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      ...env,
    },
  }).status ?? 1;

const failed = Object.entries(PARTS)
  .filter(([name, { option }]) => {
    const isChosen = values.only === undefined || values.only === name;
    return isChosen && Number(values[option]) > 0;
  })
  .map(([, part]) => jest(part))
  .filter((status) => status !== 0);
process.exit(failed.length > 0 ? 1 : 0);
