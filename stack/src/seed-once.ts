import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedDemo } from './demo.js';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { report } from './output.js';
import type { Servers } from './servers.js';
import type { StackSettings } from './settings.js';

/** The demo is a gift: the stack works without it, and the next start sends the same commands again. */
export async function tryToSeed(settings: StackSettings, servers: Servers): Promise<void> {
  try {
    await seedOnce(settings, servers);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`the demo’s commands were not all answered; the next start sends them again: ${reason}`);
  }
}

async function seedOnce(settings: StackSettings, servers: Servers): Promise<void> {
  const marker = join(settings.dataDir, 'demo-seeded');
  if (existsSync(marker) || servers.kafkaBrokers === null) return;
  if (settings.senders === 'a file') {
    report('the demo is not published: SENDERS_FILE says who may send, and it is nobody’s');
    return;
  }
  report('publishing the demo’s commands, as AI services would');
  const key = settings.senders === 'not said' ? await localSigningKey(settings.dataDir) : null;
  const client = await LedgerClient.connect(servers.kafkaBrokers.split(','), '/demo', key);
  try {
    const count = await seedDemo((body, id) => client.send(body, id), Date.now());
    await writeFile(marker, new Date().toISOString());
    report(`${count} commands were answered`);
  } finally {
    await client.close();
  }
}
