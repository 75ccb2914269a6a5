import { answerCounter, denialCounter } from '#platform';
import type { ConsumerObserver, LagMeter } from '#kafka';
import { GREEN, type StallDetector, type Health, type Log } from '#platform/process';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { IntakeObserver } from './intake-observer.js';
import { PartitionHaltedError } from './intake.consumer.js';

/** What the intake reports of commands and messages, as figures and lines. */
export function intakeObserver(metrics: Registry, log: Log): IntakeObserver {
  const countAnswer = answerCounter(metrics);
  const dead = new Counter({
    name: 'ledger_dead_letters_total',
    help: 'Messages that went to the dead letters, by why',
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

/** What the consumer reports; partitions in trouble make the health amber, and red when nothing flows. */
export function consumerObserver(
  metrics: Registry,
  log: Log,
  health: Health,
  stallDetector: StallDetector,
): Partial<ConsumerObserver> {
  const registers = [metrics];
  const delays = new Counter({
    name: 'ledger_intake_trouble_total',
    help: 'What delayed messages, by kind; nothing is lost by it',
    labelNames: ['kind'] as const,
    registers,
  });
  const jumps = new Counter({
    name: 'ledger_offset_jumps_total',
    help: 'Offsets that did not follow each other: messages may be gone. An alarm',
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
      const reason = `repeating partition ${partitions}: read the log`;
      health.report('partitions', { state: 'amber', reason });
    }
  };
  return {
    joined: (partitions) => {
      paused.clear();
      halted.clear();
      held.clear();
      reportPartitions();
      log.info({ partitions }, 'joined the group');
    },
    handled: () => stallDetector.reportProgress(),
    paused: ({ partition, cause, ...rest }) => {
      paused.add(partition);
      if (cause instanceof PartitionHaltedError) {
        const where = `partition ${partition} stands still at offset ${rest.offset}`;
        halted.set(partition, `${where} (KAFKA_UNDECODABLE=stand-still): ${cause.message}`);
      }
      reportPartitions();
      delays.inc({ kind: cause instanceof PartitionHaltedError ? 'standing_still' : 'repeated' });
      log.warn({ partition, ...rest, err: cause }, 'partition repeated');
    },
    recovered: (partition) => {
      paused.delete(partition);
      halted.delete(partition);
      reportPartitions();
    },
    isolating: ({ bug, ...rest }) => {
      delays.inc({ kind: 'bug' });
      log.error({ ...rest, err: bug }, 'a bug met these messages');
    },
    commitRefused: (err) => {
      delays.inc({ kind: 'commit_refused' });
      log.warn({ err }, 'commit refused');
    },
    offsetJumped: (jump) => {
      jumps.inc();
      log.error({ jump }, 'offset jumped');
    },
    blockedByTransaction: ({ partition, offset, ms }) => {
      held.set(partition, offset);
      reportPartitions();
      delays.inc({ kind: 'open_transaction' });
      log.error({ partition, offset, ms }, 'partition waits for a transaction');
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

/** Measured at intervals: a stopped reader's messages are counted, too. */
export function lagGauge(
  metrics: Registry,
  stallDetector: StallDetector,
): (meter: LagMeter) => Promise<void> {
  const gauge = new Gauge({
    name: 'ledger_intake_lag_messages',
    help: 'Commands that wait in Kafka',
    labelNames: ['partition'] as const,
    registers: [metrics],
  });
  return async (meter) => {
    const lags = await meter.measure();
    for (const { partition, messages } of lags) gauge.set({ partition }, messages);
    stallDetector.reportWaiting(lags.reduce((sum, { messages }) => sum + messages, 0));
  };
}
