import { Counter, Gauge, type Registry } from 'prom-client';
import type { SettingsObserver, SettingsReader } from '#settings';
import type { Log } from '../log/log.js';

/** Counts and logs the reads, publications and alarms of the settings. */
export function settingsObserver(registry: Registry, log: Log): SettingsObserver {
  const registers = [registry];
  const failures = new Counter({
    name: 'ledger_settings_read_failures_total',
    help: 'Reads of the settings that failed and are repeated',
    registers,
  });
  const alarms = new Counter({
    name: 'ledger_settings_alarms_total',
    help: 'Settings that are damaged, or of rules that this build does not know. Alert on it',
    labelNames: ['kind'] as const,
    registers,
  });
  return {
    versionsRead: (version) => log.info({ version }, 'settings read'),
    readFailed: (err) => {
      failures.inc();
      log.warn({ err }, 'reading the settings failed');
    },
    published: ({ version, rules, from, by }) =>
      log.info({ version, rules, from, by }, 'settings published'),
    policyDiffers: (version, limits) =>
      log.warn(
        { version, limits },
        'LEDGER_POLICY differs from the settings, which count: publish a version, or take it away',
      ),
    alarm: (err) => {
      alarms.inc({ kind: err.name });
      log.error({ err }, 'alarm');
    },
  };
}

/** Reports which version is in force, and which is the newest, whenever metrics are scraped. */
export function measureSettings(
  registry: Registry,
  reader: Pick<SettingsReader, 'versions'>,
  timeOfDay: () => number,
): void {
  new Gauge({
    name: 'ledger_settings_version',
    help: 'Version of the settings that is in force, and the newest that was read',
    labelNames: ['which'] as const,
    registers: [registry],
    collect() {
      const { versions } = reader;
      const inForce = versions.at(new Date(timeOfDay()).toISOString());
      if (inForce === undefined) return;
      this.set({ which: 'in_force' }, versionOf(inForce));
      this.set({ which: 'newest' }, versions.size);
    },
  });
}

const versionOf = (version: NonNullable<SettingsReader['versions']['newest']>): number =>
  version.kind === 'known' ? version.inForce.settings.version : version.unknown.version;
