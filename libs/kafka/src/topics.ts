import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { KafkaConnection } from './connection.js';
import { isProtocolError } from './protocol-error.js';
import { topicWarnings, type ExistingTopic, type TopicWarning } from './topic-warnings.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** ConfigResourceTypes.TOPIC: kafkajs declares it as a const enum that is not there at run time. */
const TOPIC_RESOURCE = 2;
const UNKNOWN_TOPIC_ERRORS = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
const METADATA_MS_MAX = 10_000;
const METADATA_POLL_MS = 50;

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
  /** Longer than that, and a command could be read again after the ledger forgot its answer. */
  readonly retentionMsMax: number | null;
}

export interface LedgerTopicsOptions {
  readonly names: { readonly commands: string; readonly outcomes: string; readonly dead: string };
  /** Fixed at the start: another number sends a user's commands to another partition. */
  readonly partitions: number;
  readonly replicas: number;
  /** How long the ledger knows a command again. */
  readonly rememberDays: number;
  readonly outcomeDays?: number;
  readonly deadLetterDays?: number;
}

/** The ledger's three topics. */
export function ledgerTopics(options: LedgerTopicsOptions): readonly TopicPlan[] {
  const { names, partitions, replicas, rememberDays } = options;
  const rememberMs = rememberDays * DAY_MS;
  // Kafka deletes whole segments: a message can outlive the retention by a segment's time.
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
        // A message as large as a broker takes comes here with the reasons added.
        'max.message.bytes': String(2 * 1024 * 1024),
      },
    },
  ];
}

/** Creates what is missing, never changes what is there, and says what could come of that. */
export async function ensureTopics(
  connection: KafkaConnection,
  plans: readonly TopicPlan[],
): Promise<readonly TopicWarning[]> {
  const admin = connection.admin();
  await admin.connect();
  try {
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
    return (
      await Promise.all(plans.map(async (plan) => topicWarnings(plan, await find(plan))))
    ).flat();
  } finally {
    await admin.disconnect();
  }

  async function find({ topic }: TopicPlan): Promise<ExistingTopic> {
    const { topics } = await metadataOf(admin, topic);
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
}

/** Where another process created it a moment ago, the broker may not have heard of it yet. */
async function metadataOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicMetadata']> {
  const until = performance.now() + METADATA_MS_MAX;
  for (;;) {
    try {
      return await admin.fetchTopicMetadata({ topics: [topic] });
    } catch (error) {
      if (!isProtocolError(error, UNKNOWN_TOPIC_ERRORS) || performance.now() > until) throw error;
    }
    await delay(METADATA_POLL_MS);
  }
}
