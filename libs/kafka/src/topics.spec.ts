import { AutoAdvancingClock } from '#async/testing';
import type { TopicPlan } from './topic-plan.js';
import { topicWarnings, type ExistingTopic } from './topic-warnings.js';
import type { KafkaConnection } from './connection.js';
import { ensureTopics, ledgerTopics } from './topics.js';

const DAY_MS = 86_400_000;
const names = { commands: 'commands', outcomes: 'outcomes', dead: 'dead' };
const plans = ledgerTopics({ names, partitions: 12, replicas: 3, rememberDays: 8 });

function planOf(topic: string): TopicPlan {
  const plan = plans.find((one) => one.topic === topic);
  if (plan === undefined) throw new Error(`No plan for ${topic}`);
  return plan;
}

const asPlanned = (plan: TopicPlan, changed: Record<string, string> = {}): ExistingTopic => ({
  partitions: plan.partitions,
  replicas: plan.replicas,
  config: new Map(Object.entries({ ...plan.config, ...changed })),
});

describe('the plan of the topics', () => {
  it('dates commands by the broker and keeps them no longer than their ids are recognised', () => {
    const { config } = planOf('commands');
    expect(config).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'cleanup.policy': 'delete',
      'min.insync.replicas': '2',
    });
    const keptMs = Number(config['retention.ms']) + Number(config['segment.ms']);
    expect(keptMs).toBe(8 * DAY_MS);
  });

  it.each([1, 2, 8, 400])('keeps commands no longer than %d days', (rememberDays) => {
    const [commands] = ledgerTopics({ names, partitions: 1, replicas: 1, rememberDays });
    const config = commands?.config ?? {};
    const keptMs = Number(config['retention.ms']) + Number(config['segment.ms']);
    expect(keptMs).toBeLessThanOrEqual(rememberDays * DAY_MS);
    expect(Number(config['retention.ms'])).toBeGreaterThan(0);
  });

  it('allows a dead letter to hold the largest message and the reasons', () => {
    expect(Number(planOf('dead').config['max.message.bytes'])).toBeGreaterThan(1_048_588 + 64_000);
  });
});

describe('an existing topic', () => {
  it.each(['commands', 'outcomes', 'dead'])(
    'causes no warning when it is as planned: %s',
    (topic) => {
      expect(topicWarnings(planOf(topic), asPlanned(planOf(topic)))).toEqual([]);
    },
  );

  it.each([
    ['message.timestamp.type', 'CreateTime', /clocks/],
    ['retention.ms', String(9 * DAY_MS), /TooLate/],
    ['retention.ms', '-1', /TooLate/],
    ['segment.ms', String(7 * DAY_MS), /whole segments/],
    ['cleanup.policy', 'compact', /Compaction/],
    ['cleanup.policy', 'compact,delete', /Compaction/],
  ])('causes a warning that names the risk when it has %s %s', (setting, value, risk) => {
    const plan = planOf('commands');
    const warnings = topicWarnings(plan, asPlanned(plan, { [setting]: value }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ topic: 'commands', setting, found: value });
    expect(warnings[0]?.risk).toMatch(risk);
  });

  it('causes a warning when it has another number of partitions, or fewer replicas', () => {
    const plan = planOf('commands');
    const found = { ...asPlanned(plan), partitions: 6, replicas: 1 };
    expect(topicWarnings(plan, found)).toMatchObject([
      { setting: 'partitions', found: '6', expected: '12' },
      { setting: 'replicas', found: '1', expected: '3' },
    ]);
  });

  it('causes a warning when a large dead letter would not fit', () => {
    const plan = planOf('dead');
    expect(topicWarnings(plan, asPlanned(plan, { 'max.message.bytes': '1048588' }))).toMatchObject([
      { setting: 'max.message.bytes' },
    ]);
  });

  it('may keep outcomes for any time', () => {
    const plan = planOf('outcomes');
    expect(topicWarnings(plan, asPlanned(plan, { 'retention.ms': '-1' }))).toEqual([]);
  });
});

/** A double: every topic exists, but the broker fails that often before it knows one. */
function brokerThatLearnsLate(failures: number, type: string): KafkaConnection {
  let calls = 0;
  const admin = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    listTopics: () => Promise.resolve(plans.map(({ topic }) => topic)),
    fetchTopicMetadata: () => {
      if (calls++ < failures) return Promise.reject(Object.assign(new Error(type), { type }));
      const partitions = Array.from({ length: 12 }, () => ({ replicas: [1, 2, 3] }));
      return Promise.resolve({ topics: [{ partitions }] });
    },
    describeConfigs: ({ resources: [{ name }] }: { resources: [{ name: string }] }) => {
      const entries = Object.entries(planOf(name).config);
      const configEntries = entries.map(([configName, configValue]) => ({
        configName,
        configValue,
      }));
      return Promise.resolve({ resources: [{ configEntries }] });
    },
  };
  return { admin: () => admin } as unknown as KafkaConnection;
}

describe('topics that another process created a moment ago', () => {
  it('are waited for until the broker knows them', async () => {
    const broker = brokerThatLearnsLate(5, 'UNKNOWN_TOPIC_OR_PARTITION');
    expect(await ensureTopics(broker, plans, new AutoAdvancingClock())).toEqual([]);
  });

  it('are not waited for when the broker refuses them', async () => {
    const broker = brokerThatLearnsLate(1, 'TOPIC_AUTHORIZATION_FAILED');
    await expect(ensureTopics(broker, plans)).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
  });
});
