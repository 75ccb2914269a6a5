import type { TopicPlan } from './topics.js';

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
  /** What could happen, in a sentence. */
  readonly risk: string;
}

/** What a topic that is already there has otherwise, where that can do harm. */
export function topicWarnings(plan: TopicPlan, found: ExistingTopic): readonly TopicWarning[] {
  const warnings: TopicWarning[] = [];
  const warn = (setting: string, is: string | number, wanted: string | number, danger: string) =>
    warnings.push({
      topic: plan.topic,
      setting,
      found: String(is),
      expected: String(wanted),
      risk: danger,
    });
  const valueOf = (setting: string): string => found.config.get(setting) ?? '';

  const timestamps = plan.config['message.timestamp.type'];
  if (timestamps !== undefined && valueOf('message.timestamp.type') !== timestamps) {
    warn(
      'message.timestamp.type',
      valueOf('message.timestamp.type'),
      timestamps,
      "The senders' clocks date the commands then: a wrong one makes points expire at a wrong time, and commands TooLate that are not.",
    );
  }
  if (plan.retentionMsMax !== null) warnAboutRetention(plan.retentionMsMax);
  if (valueOf('cleanup.policy') !== plan.config['cleanup.policy']) {
    warn(
      'cleanup.policy',
      valueOf('cleanup.policy'),
      plan.config['cleanup.policy'] ?? '',
      'Compaction removes all but the newest message of a user, read or not.',
    );
  }
  if (found.partitions !== plan.partitions) {
    warn(
      'partitions',
      found.partitions,
      plan.partitions,
      'The number stays as it is: changing it moves users to other partitions and breaks their order unless the topic is drained first.',
    );
  }
  if (found.replicas < plan.replicas) {
    warn('replicas', found.replicas, plan.replicas, 'The loss of a broker can lose messages.');
  }
  const bytes = Number(plan.config['max.message.bytes'] ?? 0);
  if (Number(valueOf('max.message.bytes')) < bytes) {
    warn(
      'max.message.bytes',
      valueOf('max.message.bytes'),
      bytes,
      'A large dead letter is refused, and its partition stands still.',
    );
  }
  return warnings;

  function warnAboutRetention(msMax: number): void {
    const retentionMs = Number(valueOf('retention.ms'));
    const danger =
      'A command that is read again after the ledger forgot it (an offset was reset) is answered TooLate, carried out or not.';
    if (retentionMs === -1 || retentionMs > msMax) {
      warn('retention.ms', retentionMs, msMax, danger);
    } else if (retentionMs + Number(valueOf('segment.ms')) > msMax) {
      warn(
        'segment.ms',
        valueOf('segment.ms'),
        msMax - retentionMs,
        `Segments are deleted whole. ${danger}`,
      );
    }
  }
}
