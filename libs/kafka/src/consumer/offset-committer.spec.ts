import type { EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs';
import { OffsetCommitter, isRefusedCommit } from './offset-committer.js';

/** Payloads of one topic whose commits end when the test says so. */
class ScriptedGroup {
  readonly requests: Record<string, string>[] = [];
  readonly #ends: ((error?: Error) => void)[] = [];

  payload(partition: number): EachBatchPayload {
    const payload: Pick<EachBatchPayload, 'commitOffsetsIfNecessary'> & { batch: unknown } = {
      batch: { topic: 't', partition },
      commitOffsetsIfNecessary: (offsets?: OffsetsByTopicPartition) => {
        const partitions = offsets?.topics.flatMap((topic) => topic.partitions) ?? [];
        this.requests.push(Object.fromEntries(partitions.map((p) => [p.partition, p.offset])));
        return new Promise((resolve, reject) => {
          this.#ends.push((error) => (error === undefined ? resolve() : reject(error)));
        });
      },
    };
    return payload as EachBatchPayload;
  }

  async end(error?: Error): Promise<void> {
    this.#ends.shift()?.(error);
    await settled();
  }
}

const settled = () => new Promise((later) => setImmediate(later));
const refused = Object.assign(new Error('refused'), { type: 'ILLEGAL_GENERATION' });

describe('the offset committer', () => {
  it('commits in one request what was handled while the request before was under way', async () => {
    const group = new ScriptedGroup();
    const committer = new OffsetCommitter();
    const commits = [0, 1, 2].map((n) => committer.commit(group.payload(n), `${n}7`));
    await settled();
    expect(group.requests).toEqual([{ 0: '07' }]);
    await group.end();
    expect(group.requests).toEqual([{ 0: '07' }, { 1: '17', 2: '27' }]);
    await group.end();
    await Promise.all(commits);
  });

  it('commits the last offset of a partition that has several', async () => {
    const group = new ScriptedGroup();
    const committer = new OffsetCommitter();
    const commits = ['1', '2', '3'].map((next) => committer.commit(group.payload(0), next));
    await settled();
    await group.end();
    expect(group.requests).toEqual([{ 0: '1' }, { 0: '3' }]);
    await group.end();
    await Promise.all(commits);
  });

  it('rejects each commit of a request that failed, and continues with the next ones', async () => {
    const group = new ScriptedGroup();
    const committer = new OffsetCommitter();
    const failing = committer.commit(group.payload(0), '1').catch((error: unknown) => error);
    const next = committer.commit(group.payload(1), '1');
    await settled();
    await group.end(refused);
    expect(await failing).toBe(refused);
    await group.end();
    await expect(next).resolves.toBeUndefined();
  });
});

describe('a refused commit', () => {
  it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
    'is recognised by the error %s',
    (type) => {
      expect(isRefusedCommit(Object.assign(new Error(type), { type }))).toBe(true);
    },
  );

  it('is not seen in an outage', () => {
    expect(isRefusedCommit(new Error('connection lost'))).toBe(false);
    expect(isRefusedCommit(Object.assign(new Error(), { type: 'REQUEST_TIMED_OUT' }))).toBe(false);
  });
});
