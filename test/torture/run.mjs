import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

// `npm run torture` runs the simulation over many seeds, then real processes that are killed and suspended
// under load, and then all of them under a steady load while their memory is measured.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    'memory-minutes': { type: 'string', default: '10' },
    malformed: { type: 'string', default: '0' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run torture -- [--minutes 10] [--seeds 200] [--seed 1] [--memory-minutes 10] [--malformed 0]\n\n' +
      '  --minutes         minutes during which real processes are killed and suspended under load; 0: none\n' +
      '  --seeds           number of seeds of the simulation; 0: none\n' +
      '  --seed            the first seed\n' +
      '  --memory-minutes  minutes during which memory is measured under a steady load; 0: none\n' +
      '  --malformed       number of malformed messages sent by a client in Python; 0: none\n',
  );
  process.exit(0);
}

const jest = (args, env) =>
  spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '-i', ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      ...env,
    },
  }).status ?? 1;

const isEnabled = (name) => Number(values[name]) > 0;
const runs = [];
if (isEnabled('seeds')) {
  runs.push([
    ['--testPathPatterns', 'test/simulation'],
    { SIMULATION_SEEDS: values.seeds, SIMULATION_FIRST_SEED: values.seed },
  ]);
}
if (isEnabled('minutes')) {
  runs.push([
    ['--testPathPatterns', 'test/torture/torture'],
    { TORTURE_MINUTES: values.minutes, TORTURE_SEED: values.seed },
  ]);
}
if (isEnabled('memory-minutes')) {
  runs.push([
    ['--config', 'test/torture/memory.config.mjs'],
    { MEMORY_MINUTES: values['memory-minutes'] },
  ]);
}
if (isEnabled('malformed')) {
  runs.push([
    ['--testPathPatterns', 'test/foreign/malformed'],
    { MALFORMED_MESSAGES: values.malformed, MALFORMED_SEED: values.seed },
  ]);
}
const failed = runs.map(([args, env]) => jest(args, env)).filter((status) => status !== 0);
process.exit(failed.length > 0 ? 1 : 0);
