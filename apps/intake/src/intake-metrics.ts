import { answerCounter, denialCounter } from '#platform';
import type { ConsumerObserver, LagMeter } from '#kafka';
import { GREEN, type StallDetector, type Health, type Log } from '#platform/process';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { IntakeObserver } from './intake-observer.js';
import { PartitionHaltedError } from './intake.consumer.js';

/** Turns the reports of the intake into metrics and log messages. */
export function intakeObserver(metrics: Registry, log: Log): IntakeObserver {
  const countAnswer = answerCounter(metrics);
  const dead = new Counter({
    name: 'ledger_dead_letters_total',
    help: 'Messages sent to the dead letters, by reason',
    labelNames: ['reason'] as const,
    registers: [metrics],
  });
  const countDenial = denialCounter(metrics);
  return {
    forbidden: countDenial,
    answered: (command, origin, answer) => {
      countAnswer(command.type, answer);
      if (answer.code === null) return;
      const { correlation, kafka } = origin;
      log.info({ code: answer.code, type: command.type, correlation, ...kafka }, 'command refused');
    },
    deadLettered: ({ topic, partition, offset }, reason, detail) => {
      dead.inc({ reason });
      const level = reason === 'Invalid' ? 'warn' : 'error';
      log[level]({ reason, detail, topic, partition, offset }, 'dead letter');
    },
  };
}

/** Turns the reports of the consumer into metrics, log messages and the health of the partitions. */
export function consumerObserver(
  metrics: Registry,
  log: Log,
  health: Health,
  stallDetector: StallDetector,
): Partial<ConsumerObserver> {
  const registers = [metrics];
  const delays = new Counter({
    name: 'ledger_intake_trouble_total',
    help: 'Events that delayed messages, by kind; no message is lost',
    labelNames: ['kind'] as const,
    registers,
  });
  const jumps = new Counter({
    name: 'ledger_offset_jumps_total',
    help: 'Offsets that do not follow each other: messages may be lost. Alert on any increase',
    registers,
  });
  const paused = new Set<number>();
  const halted = new Map<number, string>();
  const held = new Map<number, string>();
  const reportPartitions = (): void => {
    const partitions = [...paused].join(', ');
    const [stands] = halted.values();
    if (stands !== undefined) health.report('partitions', { state: 'red', reason: stands });
    else if (paused.size === 0 && held.size === 0) health.report('partitions', GREEN);
    else if (paused.size === 0) {
      const waits = [...held].map(([partition, offset]) => `partition ${partition} at ${offset}`);
      const reason = `waiting for an open transaction: ${waits.join(', ')}`;
      health.report('partitions', { state: 'amber', reason });
    } else {
      const reason = `retrying partition ${partitions}: see the log`;
      health.report('partitions', { state: 'amber', reason });
    }
  };
  return {
    joined: (partitions) => {
      paused.clear();
      halted.clear();
      held.clear();
      reportPartitions();
      log.info({ partitions }, 'joined the consumer group');
    },
    handled: () => stallDetector.reportProgress(),
    paused: ({ partition, cause, ...rest }) => {
      paused.add(partition);
      if (cause instanceof PartitionHaltedError) {
        const where = `partition ${partition} is halted at offset ${rest.offset}`;
        halted.set(partition, `${where} (KAFKA_UNDECODABLE=stand-still): ${cause.message}`);
      }
      reportPartitions();
      delays.inc({ kind: cause instanceof PartitionHaltedError ? 'standing_still' : 'repeated' });
      log.warn({ partition, ...rest, err: cause }, 'retrying partition');
    },
    recovered: (partition) => {
      paused.delete(partition);
      halted.delete(partition);
      reportPartitions();
    },
    isolating: ({ bug, ...rest }) => {
      delays.inc({ kind: 'bug' });
      log.error({ ...rest, err: bug }, 'messages triggered a bug');
    },
    commitRefused: (err) => {
      delays.inc({ kind: 'commit_refused' });
      log.warn({ err }, 'offset commit refused');
    },
    offsetJumped: (jump) => {
      jumps.inc();
      log.error({ jump }, 'offset jumped');
    },
    blockedByTransaction: ({ partition, offset, ms }) => {
      held.set(partition, offset);
      reportPartitions();
      delays.inc({ kind: 'open_transaction' });
      log.error({ partition, offset, ms }, 'partition is waiting for an open transaction');
    },
    unblocked: (partition) => {
      held.delete(partition);
      reportPartitions();
    },
    crashed: (err, restarts) => {
      delays.inc({ kind: 'crash' });
      log.error({ err, restarts }, 'consumer crashed');
    },
  };
}

/** The lag is measured at intervals, so that it grows also while the consumer is stopped. */
export function lagGauge(
  metrics: Registry,
  stallDetector: StallDetector,
): (meter: LagMeter) => Promise<void> {
  const gauge = new Gauge({
    name: 'ledger_intake_lag_messages',
    help: 'Commands waiting in Kafka',
    labelNames: ['partition'] as const,
    registers: [metrics],
  });
  return async (meter) => {
    const lags = await meter.measure();
    for (const { partition, messages } of lags) gauge.set({ partition }, messages);
    stallDetector.reportWaiting(lags.reduce((sum, { messages }) => sum + messages, 0));
  };
}
