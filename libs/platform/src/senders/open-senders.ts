import {
  SendersFileWatcher,
  allowAnySender,
  sendersFilePath,
  type Denial,
  type Senders,
  type SendersVariables,
} from '#senders';
import {
  GREEN,
  runPeriodically,
  type Clock,
  type HealthStatus,
  type Environment,
  type Log,
} from '#runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

const RELOAD_EVERY_MS = 2_000;

export interface OpenSenders {
  readonly senders: Senders;
  status(): HealthStatus;
  stop(): Promise<void>;
}

/** Who may send what, by the senders file; it is looked at again every two seconds. */
export async function openSenders(
  variables: SendersVariables,
  env: Environment,
  { metrics, log, clock }: { metrics: Registry; log: Log; clock: Pick<Clock, 'after'> },
): Promise<OpenSenders> {
  const path = sendersFilePath(variables);
  if (path === null) {
    log.warn('anybody may send');
    return { senders: allowAnySender(), status: () => GREEN, stop: async () => undefined };
  }
  const reads = new Counter({
    name: 'ledger_senders_file_reads_total',
    help: 'Contents of the senders file that were taken, or rejected: then the one before is obeyed',
    labelNames: ['result'] as const,
    registers: [metrics],
  });
  const file = await SendersFileWatcher.open(path, env, {
    loaded: (senders) => {
      reads.inc({ result: 'taken' });
      log.info({ senders }, 'senders file taken');
    },
    rejected: (faults) => {
      reads.inc({ result: 'rejected' });
      log.error({ faults }, 'senders file rejected');
    },
  });
  new Gauge({
    name: 'ledger_senders_file_rejected',
    help: '1 while the senders file is bad and the one before is obeyed. An alarm',
    registers: [metrics],
    collect() {
      this.set(file.isRejected ? 1 : 0);
    },
  });
  const reloading = runPeriodically(clock, RELOAD_EVERY_MS, () => file.reload());
  return {
    senders: file.senders,
    status: () => file.status(),
    stop: () => reloading.stop(),
  };
}

/** What was not allowed, by its sender and the right that it lacks: as many series as senders and rights. */
export function denialCounter(registry: Registry): (denial: Denial) => void {
  const counter = new Counter({
    name: 'ledger_not_allowed_total',
    help: 'Commands that their sender may not send, by sender and missing right. An alarm',
    labelNames: ['sender', 'cause'] as const,
    registers: [registry],
  });
  return ({ sender, cause }) => counter.inc({ sender: sender ?? '(unknown)', cause });
}
