import type { KafkaConnection } from '../connection.js';
import { followTopic } from './follow-topic.js';

type Listener = (event: { readonly payload: { error: Error; restart: boolean } }) => void;

/** A double of a connection whose consumer gives up, or not, while it joins its group. */
function connectionThat(restart: boolean) {
  const calls: string[] = [];
  const listeners = new Map<string, Listener>();
  const consumer = {
    events: { GROUP_JOIN: 'consumer.group_join', CRASH: 'consumer.crash' },
    on: (name: string, listener: Listener) => listeners.set(name, listener),
    connect: async () => calls.push('connect'),
    subscribe: async () => calls.push('subscribe'),
    run: async () => {
      const error = new Error('the coordinator is not available');
      listeners.get('consumer.crash')?.({ payload: { error, restart } });
      if (restart) listeners.get('consumer.group_join')?.({ payload: { error, restart } });
    },
    disconnect: async () => calls.push('disconnect'),
  };
  const connection = { consumer: () => consumer } as unknown as KafkaConnection;
  return { connection, calls };
}

const OPTIONS = { topic: 'outcomes', fromBeginning: false, onMessages: () => undefined };

describe('a reader of a topic', () => {
  it('rejects when kafkajs gives up before it has joined, and leaves nothing open', async () => {
    const { connection, calls } = connectionThat(false);
    await expect(followTopic(connection, OPTIONS)).rejects.toThrow('the coordinator is not');
    expect(calls).toEqual(['connect', 'subscribe', 'disconnect']);
  });

  it('joins after a crash that kafkajs recovers from', async () => {
    const { connection, calls } = connectionThat(true);
    await followTopic(connection, OPTIONS);
    expect(calls).toEqual(['connect', 'subscribe']);
  });
});
