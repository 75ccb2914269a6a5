import { Counter, Gauge, type Registry } from 'prom-client';
import { runPeriodically, type Clock } from '#async';
import {
  SendersFileError,
  SendersFileWatcher,
  allowAnySender,
  type Denial,
  type Senders,
  type SendersFileObserver,
} from '#senders';
import { ConfigurationError, type Environment } from '../config/configuration.js';
import { sendersFilePath, type SendersVariables } from '../config/senders-variables.js';
import { GREEN, type HealthStatus } from '../health/health.js';
import type { Log } from '../log/log.js';

const RELOAD_EVERY_MS = 2_000;

export interface OpenSenders {
  readonly senders: Senders;
  readonly status: () => HealthStatus;
  readonly stop: () => Promise<void>;
}

/** Reads the senders file, which says who may send which commands, and reloads it when it changes. */
export async function openSenders(
  variables: SendersVariables,
  env: Environment,
  { metrics, log, clock }: { metrics: Registry; log: Log; clock: Pick<Clock, 'after'> },
): Promise<OpenSenders> {
  const path = sendersFilePath(variables);
  if (path === null) {
    log.warn('commands of any sender are accepted');
    return { senders: allowAnySender(), status: () => GREEN, stop: async () => undefined };
  }
  const watcher = await SendersFileWatcher.open(path, env, fileObserver(metrics, log)).catch(
    (error: unknown) => {
      throw asConfigurationError(error);
    },
  );
  new Gauge({
    name: 'ledger_senders_file_rejected',
    help: '1 while the senders file on disk is invalid and the previous content is in force. Alert on it',
    registers: [metrics],
    collect() {
      this.set(watcher.isRejected ? 1 : 0);
    },
  });
  const reloading = runPeriodically(() => watcher.reload(), RELOAD_EVERY_MS, clock);
  return {
    senders: watcher.senders,
    status: () => statusOf(watcher),
    stop: () => reloading.stop(),
  };
}

function fileObserver(metrics: Registry, log: Log): SendersFileObserver {
  const reads = new Counter({
    name: 'ledger_senders_file_reads_total',
    help: 'Contents of the senders file that were applied (taken) or rejected as invalid',
    labelNames: ['result'] as const,
    registers: [metrics],
  });
  return {
    loaded: (senders) => {
      reads.inc({ result: 'taken' });
      log.info({ senders }, 'senders file loaded');
    },
    rejected: (faults) => {
      reads.inc({ result: 'rejected' });
      log.error({ faults }, 'senders file rejected');
    },
  };
}

function asConfigurationError(error: unknown): unknown {
  if (!(error instanceof SendersFileError)) return error;
  return new ConfigurationError(
    error.faults.map(({ field, reason }) => ({
      variable: 'SENDERS_FILE',
      fault: `${field} ${reason}`,
    })),
  );
}

function statusOf({ isRejected }: SendersFileWatcher): HealthStatus {
  if (!isRejected) return GREEN;
  const reason = 'the senders file is invalid and the previous content is in force: see the log';
  return { state: 'amber', reason };
}

/** Counts denied commands by sender and missing permission, so that there are few series. */
export function denialCounter(registry: Registry): (denial: Denial) => void {
  const counter = new Counter({
    name: 'ledger_not_allowed_total',
    help: 'Commands that were denied, by sender and missing permission. Alert on it',
    labelNames: ['sender', 'cause'] as const,
    registers: [registry],
  });
  return ({ sender, cause }) => counter.inc({ sender: sender ?? '(unknown)', cause });
}
