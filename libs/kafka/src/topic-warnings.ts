import type { TopicPlan } from './topic-plan.js';

export interface ExistingTopic {
  readonly partitions: number;
  readonly replicas: number;
  readonly config: ReadonlyMap<string, string>;
}

export interface TopicWarning {
  readonly topic: string;
  readonly setting: string;
  readonly found: string;
  readonly expected: string;
  /** What could go wrong, in a sentence. */
  readonly risk: string;
}

/** The settings of an existing topic that differ from the plan and can do harm. */
export function topicWarnings(plan: TopicPlan, found: ExistingTopic): readonly TopicWarning[] {
  const warnings: TopicWarning[] = [];
  const warn = (setting: string, is: string | number, expected: string | number, risk: string) =>
    warnings.push({
      topic: plan.topic,
      setting,
      found: String(is),
      expected: String(expected),
      risk,
    });
  const valueOf = (setting: string): string => found.config.get(setting) ?? '';

  const timestamps = plan.config['message.timestamp.type'];
  if (timestamps !== undefined && valueOf('message.timestamp.type') !== timestamps) {
    warn(
      'message.timestamp.type',
      valueOf('message.timestamp.type'),
      timestamps,
      "Commands are dated by their senders' clocks: a wrong clock makes points expire at the wrong time and commands TooLate that are in time.",
    );
  }
  if (plan.retentionMsMax !== null) warnAboutRetention(plan.retentionMsMax);
  if (valueOf('cleanup.policy') !== plan.config['cleanup.policy']) {
    warn(
      'cleanup.policy',
      valueOf('cleanup.policy'),
      plan.config['cleanup.policy'] ?? '',
      'Compaction deletes all messages of a user but the newest, read or unread.',
    );
  }
  if (found.partitions !== plan.partitions) {
    warn(
      'partitions',
      found.partitions,
      plan.partitions,
      'The topic keeps its number. Changing it moves users to other partitions and breaks the order of their commands, unless the topic is drained first.',
    );
  }
  if (found.replicas < plan.replicas) {
    warn('replicas', found.replicas, plan.replicas, 'Messages can be lost with a broker.');
  }
  const bytes = Number(plan.config['max.message.bytes'] ?? 0);
  if (Number(valueOf('max.message.bytes')) < bytes) {
    warn(
      'max.message.bytes',
      valueOf('max.message.bytes'),
      bytes,
      'The broker refuses a large dead letter, and the partition it comes from is stuck.',
    );
  }
  return warnings;

  function warnAboutRetention(msMax: number): void {
    const retentionMs = Number(valueOf('retention.ms'));
    const risk =
      'A command that is read again when its id is no longer recognised (an offset was reset) is answered TooLate, executed or not.';
    if (retentionMs === -1 || retentionMs > msMax) {
      warn('retention.ms', retentionMs, msMax, risk);
    } else if (retentionMs + Number(valueOf('segment.ms')) > msMax) {
      warn(
        'segment.ms',
        valueOf('segment.ms'),
        msMax - retentionMs,
        `Kafka deletes whole segments. ${risk}`,
      );
    }
  }
}
