import { SYSTEM_CLOCK, retry, type Clock } from '#async';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from './connection.js';
import { isProtocolError } from './protocol-error.js';
import type { TopicPlan } from './topic-plan.js';
import { topicWarnings, type ExistingTopic, type TopicWarning } from './topic-warnings.js';
import { withAdmin } from './with-admin.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** ConfigResourceTypes.TOPIC, which kafkajs declares as a const enum that does not exist at run time. */
const TOPIC_RESOURCE = 2;
const UNKNOWN_TOPIC_ERRORS = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
const METADATA_RETRY = { backoffMsMin: 50, backoffMsMax: 500, totalMsMax: 10_000 };

export interface LedgerTopicsOptions {
  readonly names: { readonly commands: string; readonly outcomes: string; readonly dead: string };
  /** It never changes: with another number, a user's commands would go to another partition. */
  readonly partitions: number;
  readonly replicas: number;
  /** How long the ledger recognises a command that is sent again. */
  readonly rememberDays: number;
  readonly outcomeDays?: number;
  readonly deadLetterDays?: number;
}

/** The ledger's three topics. */
export function ledgerTopics(options: LedgerTopicsOptions): readonly TopicPlan[] {
  const { names, partitions, replicas, rememberDays } = options;
  const rememberMs = rememberDays * DAY_MS;
  // Kafka deletes whole segments, so that a message can outlive the retention by a segment's time.
  const segmentMs = Math.max(HOUR_MS, Math.min(DAY_MS, Math.floor(rememberMs / 8)));
  const common = {
    'cleanup.policy': 'delete',
    'min.insync.replicas': String(replicas >= 3 ? 2 : 1),
  };
  return [
    {
      topic: names.commands,
      partitions,
      replicas,
      retentionMsMax: rememberMs,
      config: {
        ...common,
        'message.timestamp.type': 'LogAppendTime',
        'retention.ms': String(Math.max(HOUR_MS, rememberMs - segmentMs)),
        'segment.ms': String(segmentMs),
      },
    },
    {
      topic: names.outcomes,
      partitions,
      replicas,
      retentionMsMax: null,
      config: { ...common, 'retention.ms': String((options.outcomeDays ?? 7) * DAY_MS) },
    },
    {
      topic: names.dead,
      partitions,
      replicas,
      retentionMsMax: null,
      config: {
        ...common,
        'retention.ms': String((options.deadLetterDays ?? 30) * DAY_MS),
        // A dead letter is a message of any size that a broker takes, with the reasons added to it.
        'max.message.bytes': String(2 * 1024 * 1024),
      },
    },
  ];
}

/** Creates missing topics and never changes existing ones: it returns the risks of their settings. */
export async function ensureTopics(
  connection: KafkaConnection,
  plans: readonly TopicPlan[],
  clock: Clock = SYSTEM_CLOCK,
): Promise<readonly TopicWarning[]> {
  return withAdmin(connection, async (admin) => {
    const present = new Set(await admin.listTopics());
    const missing = plans.filter(({ topic }) => !present.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions, replicas, config }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        })),
      });
    }
    const warnings = await Promise.all(
      plans.map(async (plan) => topicWarnings(plan, await describeTopic(admin, plan.topic, clock))),
    );
    return warnings.flat();
  });
}

async function describeTopic(admin: Admin, topic: string, clock: Clock): Promise<ExistingTopic> {
  const { topics } = await metadataOf(admin, topic, clock);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC_RESOURCE, name: topic }],
  });
  const partitions = topics[0]?.partitions ?? [];
  const entries = resources[0]?.configEntries ?? [];
  return {
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    config: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
  };
}

/** A broker may not know a topic yet that another process created a moment ago. */
const metadataOf = (
  admin: Admin,
  topic: string,
  clock: Clock,
): ReturnType<Admin['fetchTopicMetadata']> =>
  retry(() => admin.fetchTopicMetadata({ topics: [topic] }), {
    ...METADATA_RETRY,
    clock,
    isRetried: (error) => isProtocolError(error, UNKNOWN_TOPIC_ERRORS),
  });
