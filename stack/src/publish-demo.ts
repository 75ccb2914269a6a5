import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerAddresses } from './addresses.js';
import { demoSettings } from './demo-settings.js';
import { DEMO_USER_TAKEN_OVER, seedDemo, type PricedBusiness } from './demo.js';
import { takeOverDemo } from './demo-take-over.js';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { report } from './output.js';
import type { Servers } from './servers.js';
import type { StackConfig } from './stack-config.js';

/** What is needed to publish the commands of the demo. */
export interface Demo {
  readonly kafkaBrokers: string;
  readonly businesses: readonly PricedBusiness[];
}

/** The demo of a ledger that does not have it yet; null: none. Called before the apps are started. */
export async function prepareDemo(
  config: StackConfig,
  servers: Servers,
  { of }: LedgerAddresses,
  signal: AbortSignal,
): Promise<Demo | null> {
  const { kafkaBrokers } = servers;
  if (!config.demo || kafkaBrokers === null || !config.apps.includes('intake')) return null;
  if (existsSync(markerOf(config))) return null;
  if (config.senders === 'file') {
    report(
      'the demo is not published, because SENDERS_FILE defines the senders and the demo is not one of them',
    );
    return null;
  }
  try {
    const { rules, businesses } = await demoSettings(of.api.eventStore, config.policyChanges);
    if (rules > 1) {
      await takeOver(config, servers, of.intake.eventStore, signal);
      return { kafkaBrokers, businesses };
    }
    report(
      'the demo is not published, because its commands are of rules 2 and rules 1 is in force',
    );
    return null;
  } catch (error) {
    // A database that the apps have to migrate first, or a store that is not there yet.
    report(`the demo’s prices are left out: ${reasonOf(error)}`);
    return { kafkaBrokers, businesses: [] };
  }
}

/** On the stack's own Postgres only: nobody else's server gets a database for the demo. */
async function takeOver(
  { dataDir, databaseUrl: given }: StackConfig,
  { databaseUrl }: Servers,
  eventStore: string,
  signal: AbortSignal,
): Promise<void> {
  if (given !== undefined) return;
  const userId = DEMO_USER_TAKEN_OVER;
  try {
    await takeOverDemo({ dataDir, databaseUrl, eventStore, userId, signal }, report);
  } catch (error) {
    report(`the user of the demo who comes from an old service is left out: ${reasonOf(error)}`);
  }
}

/** Failures are only reported: the stack works without the demo, and the next start sends it again. */
export async function publishDemo(config: StackConfig, demo: Demo): Promise<void> {
  try {
    await publishDemoOnce(config, demo);
  } catch (error) {
    report(
      `the demo’s commands were not all answered; the next start sends them again: ${reasonOf(error)}`,
    );
  }
}

async function publishDemoOnce(
  config: StackConfig,
  { kafkaBrokers, businesses }: Demo,
): Promise<void> {
  report('publishing the demo’s commands');
  const key = config.senders === 'unset' ? await localSigningKey(config.dataDir) : null;
  const client = await LedgerClient.connect(kafkaBrokers.split(','), '/demo', key);
  try {
    const count = await seedDemo((body, id) => client.send(body, id), Date.now(), businesses);
    await writeFile(markerOf(config), new Date().toISOString());
    report(`${count} commands were answered`);
  } finally {
    await client.close();
  }
}

const markerOf = ({ dataDir }: StackConfig): string => join(dataDir, 'demo-seeded');

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
