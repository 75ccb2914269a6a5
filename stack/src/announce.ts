import type { LedgerAddresses } from './addresses.js';
import type { RunningApps } from './apps.js';
import { DEMO_USER_TAKEN_OVER, DEMO_USERS } from './demo.js';
import { isDemoTakenOver } from './demo-take-over.js';
import { out, report } from './output.js';
import type { Servers } from './servers.js';
import { readyFile } from './stack-config.js';
import { demoToken } from './tokens.js';
import { writeFileAtomically } from '#embedded';

interface Announcement {
  readonly dataDir: string;
  readonly logsDir: string;
  readonly secret: string;
  readonly servers: Servers;
  readonly addresses: LedgerAddresses;
  readonly apps: RunningApps;
}

/**
 * Prints what can be opened and typed, and writes it to a file for `npm run points` and
 * `npm run settings`.
 */
export async function announce(announcement: Announcement) {
  const { dataDir, logsDir, secret, servers, addresses, apps } = announcement;
  const ready = {
    api: apps.probes['api'] ?? null,
    probes: apps.probes,
    kafka: servers.kafkaBrokers,
    ...addresses.of.auditor,
    users: DEMO_USERS,
    tokens: {
      user: await demoToken(secret, DEMO_USERS[0], 'user'),
      takenOver: await demoToken(secret, DEMO_USER_TAKEN_OVER, 'user'),
      service: await demoToken(secret, 'demo-service', 'service'),
      auditor: await demoToken(secret, 'demo-auditor', 'auditor'),
      admin: await demoToken(secret, 'demo-admin', 'admin'),
    },
  };
  await writeReadyFile(readyFile(dataDir), JSON.stringify({ ...ready, addresses }, null, 2));
  printReady(ready, logsDir, isDemoTakenOver(dataDir));
}

/** The file is replaced atomically, because another process may be reading it. */
async function writeReadyFile(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`${file} could not be written, so "npm run points" will not find this stack: ${reason}`);
  }
}

interface Ready {
  readonly api: string | null;
  readonly kafka: string | null;
  readonly users: readonly string[];
  readonly tokens: Readonly<Record<'user' | 'takenOver' | 'service' | 'auditor' | 'admin', string>>;
}

function printReady(ready: Ready, logsDir: string, isTakenOver: boolean): void {
  const { api, kafka, tokens, users } = ready;
  const [user = '', , , debtor = ''] = users;
  const lines = [
    '',
    ...(api === null
      ? []
      : [
          `usage page     ${api}/#token=${tokens.user}&user=${user}`,
          ...(isTakenOver
            ? [`90 days of it  ${api}/#token=${tokens.takenOver}&user=${DEMO_USER_TAKEN_OVER}`]
            : []),
          `for auditors   ${api}/audit#token=${tokens.auditor}&user=${user}`,
          `one who owes   ${api}/audit#token=${tokens.auditor}&user=${debtor}`,
          `for admins     ${api}/settings#token=${tokens.admin}`,
          `API            ${api}/docs`,
          `a user's rows  curl -H 'authorization: Bearer ${tokens.user}' ${api}/v1/users/${user}/transactions`,
        ]),
    ...(kafka === null
      ? []
      : [
          `Kafka          ${kafka}`,
          `your command   npm run points -- consume --user ${user} --points 12 --source tts --duration 12.5`,
        ]),
    ...(api === null ? [] : ['the settings   npm run settings -- show']),
    'an audit       npm run audit -- verify',
    `logs           ${logsDir}`,
    'Ctrl-C stops everything and keeps the data.',
    '',
    `ready ${JSON.stringify(ready)}`,
    '',
  ];
  out.write(lines.join('\n'));
}
