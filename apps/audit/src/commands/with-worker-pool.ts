import type { Cli } from './command-context.js';
import { policyFrom } from './settings.js';
import { openSnapshots, type OpenSnapshots } from '../store/open-snapshot-source.js';
import type { EventSource } from '../store/event-source.js';
import { openSource } from '../store/open-event-source.js';
import { Progress } from '../terminal/progress.js';
import type { Crew } from '../verify/jobs.js';

export interface CrewAtWork {
  readonly source: EventSource;
  /** null: they are not looked at. */
  readonly snapshots: OpenSnapshots | null;
  readonly crew: Crew;
  readonly progress: Progress;
  /** Seconds since it began. */
  readonly seconds: () => number;
}

/** The store and all who look at it, for as long as `work` takes. Its progress ends before it speaks. */
export async function withCrew<T>(
  cli: Cli,
  policiesBeside: readonly string[],
  work: (atWork: CrewAtWork) => Promise<T>,
  { withSnapshots = false } = {},
): Promise<T> {
  const eventStore = cli.settings.eventStore();
  const policies = [...cli.settings.policies, ...policiesBeside.map(policyFrom)];
  const source = await openSource(eventStore);
  const settings = withSnapshots ? cli.settings.snapshots() : null;
  const snapshots = settings === null ? null : openSnapshots(settings);
  const crew = cli.openCrew({ eventStore, policies, snapshots: settings }, source);
  const progress = new Progress(cli.terminal, 'events', () => crew.events);
  const begunMs = performance.now();
  const seconds = (): number => (performance.now() - begunMs) / 1000;
  try {
    return await work({ source, snapshots, crew, progress, seconds });
  } finally {
    progress.end();
    await crew.close();
    await snapshots?.snapshots.close();
    await source.close();
  }
}
