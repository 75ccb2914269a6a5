import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Figures } from './figures.js';
import type { StreamFigures } from './rules/measure-stream.js';
import type { StreamName } from './rules/streams.js';

/**
 * Measures decisions and replay on one core, and whether the cost of a command grows with the history.
 * The figures of rules 2 are compared with those of rules 1, which are compared with those of earlier
 * builds.
 */
export async function rulesBench(): Promise<Figures> {
  const first = await measureStream('rules1');
  const often = await measureStream('rules1OftenRecharged');
  const second = await measureStream('rules2');
  return {
    ...first,
    ...Object.fromEntries(
      Object.entries(second).map(([name, value]) => [`${name}_rules_2`, value]),
    ),
    replay_ratio_rules_2: second.replay_events_per_s / first.replay_events_per_s,
    decide_ratio_rules_2: second.decide_per_s / first.decide_per_s,
    replay_ratio_rules_2_as_often_recharged: second.replay_events_per_s / often.replay_events_per_s,
    decide_ratio_rules_2_as_often_recharged: second.decide_per_s / often.decide_per_s,
  };
}

async function measureStream(name: StreamName): Promise<StreamFigures> {
  const worker = new Worker(new URL('./rules/measure-stream.js', import.meta.url), {
    workerData: name,
  });
  const [figures] = (await once(worker, 'message')) as [StreamFigures];
  return figures;
}
