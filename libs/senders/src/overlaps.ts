import type { FieldError } from '#contracts';
import { patternPrefix, candidatePrefixes } from './source-pattern.js';

interface SenderPatterns {
  readonly sources: readonly string[];
  readonly subjects: readonly string[];
}

/** Finds entries that belong to two senders, or that a pattern of another sender covers. */
export function findOverlaps(senders: readonly SenderPatterns[]): FieldError[] {
  const sources = new Map<string, number>();
  const subjects = new Map<string, number>();
  const faults: FieldError[] = [];
  const claim = (taken: Map<string, number>, entry: string, owner: number, at: string): void => {
    const other = taken.get(entry);
    if (other === undefined) taken.set(entry, owner);
    else if (other !== owner)
      faults.push({ field: at, reason: `belongs to senders.${other} as well` });
  };
  for (const [owner, sender] of senders.entries()) {
    sender.sources.forEach((entry, i) =>
      claim(sources, entry, owner, `senders.${owner}.sources.${i}`),
    );
    sender.subjects.forEach((entry, i) =>
      claim(subjects, entry, owner, `senders.${owner}.subjects.${i}`),
    );
  }
  for (const [owner, sender] of senders.entries()) {
    for (const [i, entry] of sender.sources.entries()) {
      const around = coveringPattern(entry, owner, sources);
      if (around === null) continue;
      const reason = `lies within ${around.entry} of senders.${around.owner}`;
      faults.push({ field: `senders.${owner}.sources.${i}`, reason });
    }
  }
  return faults;
}

/** The pattern of another sender that covers this entry. `*` covers nothing: it takes what is left over. */
function coveringPattern(entry: string, owner: number, sources: ReadonlyMap<string, number>) {
  for (const prefix of candidatePrefixes(patternPrefix(entry) ?? entry)) {
    const other = sources.get(`${prefix}*`);
    if (other !== undefined && other !== owner) return { entry: `${prefix}*`, owner: other };
  }
  return null;
}
