import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

// `npm run torture -- --minutes M --seeds S --seed N`: the simulation over many seeds, then real
// processes killed and stopped for minutes.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run torture -- [--minutes 10] [--seeds 200] [--seed 1]\n\n' +
      '  --minutes  how long real processes are killed and stopped under load\n' +
      '  --seeds    how many seeds the simulation runs\n' +
      '  --seed     the first seed\n',
  );
  process.exit(0);
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '--testPathPatterns', 'test/(simulation|torture)', '-i'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      TORTURE_MINUTES: values.minutes,
      TORTURE_SEED: values.seed,
      SIMULATION_SEEDS: values.seeds,
      SIMULATION_FIRST_SEED: values.seed,
    },
  },
);
process.exit(status ?? 1);
