import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#runtime';
import { startApps, type RunningApps } from './apps.js';
import { choosePort, PortTaken } from './choose-port.js';
import { DEMO_USERS, seedDemo } from './demo.js';
import { PostgresStartError } from './embedded-postgres.js';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { LedgerClient } from './ledger-client.js';
import { USUAL_PORTS, startServers, type Servers } from './servers.js';
import { readyFile, stackSettings, type StackSettings } from './settings.js';
import { ChildNotReady } from './supervise.js';
import { demoToken, keptSecret, keptSnapshotKeys } from './tokens.js';

// `npm start`: the whole product on this machine.

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

async function main(): Promise<void> {
  const settings = stackSettings(process.env);
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
  await mkdir(settings.dataDir, { recursive: true });
  process.stdout.write(`points-ledger: data in ${settings.dataDir}\n`);
  const servers = await startServers(settings, say);
  let apps: RunningApps | null = null;
  try {
    apps = await bringUp(settings, servers);
    const end = await Promise.race([
      stopAsked.then(() => null),
      servers.ended.then((name) => `${name} ended by itself: its log is in ${settings.dataDir}`),
    ]);
    if (end !== null) throw new StackBroken(end);
  } finally {
    process.stdout.write('\nstopping\n');
    await rm(readyFile(settings.dataDir), { force: true });
    await apps?.stop();
    await servers.stop();
    process.stdout.write('stopped; the data are kept (npm run reset clears them)\n');
  }
}

class StackBroken extends Error {
  override readonly name = 'StackBroken';
}

async function bringUp(settings: StackSettings, servers: Servers): Promise<RunningApps> {
  const { port: apiPort } = await choosePort('API_PORT', settings.apiPort, USUAL_PORTS.api, say);
  const secret = await keptSecret(settings.dataDir, 'jwt-secret');
  const cursorKey = await keptSecret(settings.dataDir, 'cursor-secret');
  const snapshotKeys = settings.snapshotKeys ?? (await keptSnapshotKeys(settings.dataDir));
  const logsDir = join(settings.dataDir, 'logs');
  await mkdir(logsDir, { recursive: true });
  const apps = await startApps({
    settings,
    servers,
    apiPort,
    jwtSecret: secret,
    cursorKey,
    snapshotKeys,
    logsDir,
    say,
  });
  if (settings.demo && apps.children.has('intake')) await seedOnce(settings, servers);
  const ready = {
    api: apps.probes['api'] ?? null,
    probes: apps.probes,
    kafka: servers.kafkaBrokers,
    database: servers.databaseUrl,
    eventStore: servers.eventStore,
    users: DEMO_USERS,
    tokens: {
      user: await demoToken(secret, DEMO_USERS[0], 'user'),
      service: await demoToken(secret, 'demo-service', 'service'),
      auditor: await demoToken(secret, 'demo-auditor', 'auditor'),
    },
  };
  await writeFile(readyFile(settings.dataDir), JSON.stringify(ready, null, 2), { mode: 0o600 });
  tell(ready, logsDir);
  return apps;
}

async function seedOnce(settings: StackSettings, servers: Servers): Promise<void> {
  const marker = join(settings.dataDir, 'demo-seeded');
  if (existsSync(marker) || servers.kafkaBrokers === null) return;
  say('publishing the demo’s commands, as AI services would');
  const client = await LedgerClient.connect(servers.kafkaBrokers.split(','), '/demo');
  try {
    const count = await seedDemo((body, id) => client.send(body, id), Date.now());
    await writeFile(marker, new Date().toISOString());
    say(`${count} commands were answered`);
  } finally {
    await client.close();
  }
}

interface Ready {
  readonly api: string | null;
  readonly kafka: string | null;
  readonly users: readonly string[];
  readonly tokens: Readonly<Record<'user' | 'service' | 'auditor', string>>;
}

function tell(ready: Ready, logsDir: string): void {
  const { api, kafka, tokens, users } = ready;
  const [user = ''] = users;
  const lines = [
    '',
    ...(api === null
      ? []
      : [
          `usage page     ${api}/#token=${tokens.user}&user=${user}`,
          `for auditors   ${api}/audit#token=${tokens.auditor}&user=${user}`,
          `API            ${api}/docs`,
          `a user's rows  curl -H 'authorization: Bearer ${tokens.user}' ${api}/v1/users/${user}/transactions`,
        ]),
    ...(kafka === null
      ? []
      : [
          `Kafka          ${kafka}`,
          `your command   npm run points -- consume --user ${user} --points 12 --source tts --duration 12.5`,
        ]),
    'an audit       npm run audit -- verify',
    `logs           ${logsDir}`,
    'Ctrl-C stops everything and keeps the data.',
    '',
    `ready ${JSON.stringify(ready)}`,
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

const EXPECTED = [
  ConfigurationError,
  PortTaken,
  PostgresStartError,
  KafkaBrokerError,
  ChildNotReady,
  StackBroken,
];

try {
  await main();
} catch (error) {
  const isExpected = EXPECTED.some((kind) => error instanceof kind);
  process.stderr.write(`\n${isExpected ? (error as Error).message : String(inspect(error))}\n`);
  process.exitCode = 1;
}

function inspect(error: unknown): unknown {
  return error instanceof Error ? error.stack : error;
}
process.exit();
