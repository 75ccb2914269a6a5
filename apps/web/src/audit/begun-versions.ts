import type { StoredEvent } from '#contracts';

/**
 * The versions of the settings that events begin to be decided by, by the revisions of these events. Events
 * from before the settings name none, and so do those of earlier releases that still ran beside them. What
 * was decided before the oldest event is not known, unless it is the first of all.
 */
export function begunVersions(newestFirst: readonly StoredEvent[]): ReadonlyMap<number, number> {
  const begun = new Map<number, number>();
  let before: number | null | undefined = newestFirst.at(-1)?.revision === 0 ? null : undefined;
  for (const { revision, meta } of [...newestFirst].reverse()) {
    const { settings } = meta;
    if (settings === undefined) continue;
    if (before !== undefined && before !== settings) begun.set(revision, settings);
    before = settings;
  }
  return begun;
}
