import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, stopWithParent } from '#platform/process';
import { MigrationFailed, prepareLedger } from './addresses.js';
import { announce } from './announce.js';
import { startApps, type RunningApps } from './apps.js';
import { choosePort, PortTaken } from './choose-port.js';
import { ChildNotReady, KafkaBrokerError, PostgresStartError } from '#embedded';
import { isMachineError } from './machine-error.js';
import { err, out, report } from './output.js';
import { sendersEnvironment } from './local-senders.js';
import { restrictDataDir } from './data-dir-permissions.js';
import { prepareDemo, publishDemo } from './publish-demo.js';
import { DEFAULT_PORTS, startServers, type Servers } from './servers.js';
import { readyFile, readStackConfig, type StackConfig } from './stack-config.js';
import { StackClaim, StackClaimError } from './stack-claim.js';
import { loadOrCreateSecret, loadOrCreateSnapshotKeys } from './tokens.js';

// `npm start` runs the whole product on this machine.

async function main(): Promise<void> {
  const config = readStackConfig(process.env);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A second signal ends this process at once, after which apps and servers stop by themselves.
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort();
    });
  }
  stopWithParent();
  await restrictDataDir(config.dataDir, report);
  const claim = await StackClaim.take(config.dataDir, report);
  out.write(`points-ledger: data in ${config.dataDir}\n`);
  await run(config, claim, stopping.signal);
}

/** Runs until the signal aborts. */
async function run(config: StackConfig, claim: StackClaim, signal: AbortSignal): Promise<void> {
  const logsDir = join(config.dataDir, 'logs');
  let servers: Servers | null = null;
  let apps: RunningApps | null = null;
  try {
    servers = await startServers({ config, logsDir, report, signal });
    apps = await bringUp(config, claim, servers, signal);
    await aborted(signal);
  } catch (error) {
    // An error after the abort is a consequence of it and not a failure.
    if (!signal.aborted) throw error;
  } finally {
    out.write('\nstopping\n');
    await rm(readyFile(config.dataDir), { force: true }).catch(() => undefined);
    await apps?.stop();
    await servers?.stop();
    out.write('stopped; the data is kept (npm run reset deletes it)\n');
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function bringUp(
  config: StackConfig,
  claim: StackClaim,
  servers: Servers,
  signal: AbortSignal,
): Promise<RunningApps> {
  const { dataDir } = config;
  const { port: apiPort } = await choosePort('API_PORT', config.apiPort, DEFAULT_PORTS.api, report);
  const secret = await loadOrCreateSecret(dataDir, 'jwt-secret');
  const logsDir = join(dataDir, 'logs');
  report('bringing the databases up to date');
  const addresses = await prepareLedger(config, servers, signal);
  const demo = await prepareDemo(config, servers, addresses, signal);
  const apps = await startApps({
    config,
    servers,
    addresses,
    apiPort,
    jwtSecret: secret,
    cursorKey: await loadOrCreateSecret(dataDir, 'cursor-secret'),
    snapshotKeys: config.snapshotKeys ?? (await loadOrCreateSnapshotKeys(dataDir)),
    senders: await sendersEnvironment(config),
    logsDir,
    report,
    // An app that can't be recorded, as on a full disk, still stops by itself when this process ends.
    onStarted: (app, pid) => void claim.recordApp(app, pid).catch(() => undefined),
    signal,
  });
  try {
    if (demo !== null) await publishDemo(config, demo);
    await announce({ dataDir, logsDir, secret, servers, addresses, apps });
    return apps;
  } catch (error) {
    await apps.stop();
    throw error;
  }
}

const EXPECTED = [
  ConfigurationError,
  StackClaimError,
  PortTaken,
  PostgresStartError,
  KafkaBrokerError,
  ChildNotReady,
  MigrationFailed,
];

try {
  await main();
} catch (error) {
  const isExpected = EXPECTED.some((kind) => error instanceof kind) || isMachineError(error);
  err.write(`\n${isExpected ? (error as Error).message : String(inspect(error))}\n`);
  process.exitCode = 1;
}

function inspect(error: unknown): unknown {
  return error instanceof Error ? error.stack : error;
}
process.exit();
