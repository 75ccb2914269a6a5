import { auditBench } from './audit.js';
import { clientsBench } from './clients.js';
import { coldLoadBench } from './cold-load.js';
import { commandProcessorBench } from './command-processor.js';
import { esdbBench } from './esdb.js';
import { printTable, type Figures } from './figures.js';
import { importBench } from './import.js';
import { pageBench } from './page.js';
import { pipelineBench } from './pipeline.js';
import { projectorBench } from './projector.js';
import { rulesBench } from './rules.js';
import { storeBench } from './store.js';

const BENCHES: Readonly<Record<string, () => Figures | Promise<Figures>>> = {
  rules: rulesBench,
  desk: commandProcessorBench,
  store: async () => ({
    ...(await storeBench()),
    ...(await esdbBench()),
    ...(await coldLoadBench()),
  }),
  projector: projectorBench,
  page: pageBench,
  pipeline: pipelineBench,
  clients: clientsBench,
  audit: () => auditBench(),
  import: importBench,
};

const USAGE = `npm run bench [-- NAME … --json]

Runs benchmarks. NAME is one of ${Object.keys(BENCHES).join(', ')} (default: all).
  --json   print the results as one JSON object on the last line

BENCH_PIPELINE_RULES=1 measures the pipeline on a ledger of rules 1 instead of a new one.
`;

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.find((arg) => arg !== '--json' && !Object.hasOwn(BENCHES, arg));
  if (unknown !== undefined) {
    console.error(unknown === '--help' ? USAGE : `There is no benchmark "${unknown}".\n\n${USAGE}`);
    return unknown === '--help' ? 0 : 2;
  }
  const all: Record<string, number> = {};
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const figures = await BENCHES[name]?.();
    if (!figures) continue;
    printTable(name, figures);
    Object.assign(all, figures);
  }
  if (args.includes('--json')) console.log(JSON.stringify(all));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
