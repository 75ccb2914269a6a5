import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedDemo } from './demo.js';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { report } from './output.js';
import type { Servers } from './servers.js';
import type { StackSettings } from './settings.js';

/** Failures are only reported: the stack works without the demo, and the next start sends it again. */
export async function publishDemo(settings: StackSettings, servers: Servers): Promise<void> {
  try {
    await publishDemoOnce(settings, servers);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`the demo’s commands were not all answered; the next start sends them again: ${reason}`);
  }
}

async function publishDemoOnce(settings: StackSettings, servers: Servers): Promise<void> {
  const marker = join(settings.dataDir, 'demo-seeded');
  if (existsSync(marker) || servers.kafkaBrokers === null) return;
  if (settings.senders === 'file') {
    report(
      'the demo is not published, because SENDERS_FILE defines the senders and the demo is not one of them',
    );
    return;
  }
  report('publishing the demo’s commands');
  const key = settings.senders === 'unset' ? await localSigningKey(settings.dataDir) : null;
  const client = await LedgerClient.connect(servers.kafkaBrokers.split(','), '/demo', key);
  try {
    const count = await seedDemo((body, id) => client.send(body, id), Date.now());
    await writeFile(marker, new Date().toISOString());
    report(`${count} commands were answered`);
  } finally {
    await client.close();
  }
}
