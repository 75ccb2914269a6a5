import type { Sender } from './sender.js';
import { ANY_SOURCE, patternPrefix, candidatePrefixes } from './source-pattern.js';

/** Finds the sender of a source or a subject. The comparison is exact, also in upper and lower case. */
export class SenderDirectory {
  readonly #sources = new Map<string, Sender>();
  readonly #prefixes = new Map<string, Sender>();
  readonly #subjects = new Map<string, Sender>();

  constructor(readonly senders: readonly Sender[]) {
    for (const sender of senders) {
      for (const entry of sender.sources) {
        const prefix = patternPrefix(entry);
        if (prefix === null) this.#sources.set(entry, sender);
        else this.#prefixes.set(prefix, sender);
      }
      for (const subject of sender.subjects) this.#subjects.set(subject, sender);
    }
  }

  bySource(source: string): Sender | null {
    const exact = source === ANY_SOURCE ? undefined : this.#sources.get(source);
    return exact ?? this.#byPrefix(source) ?? this.#sources.get(ANY_SOURCE) ?? null;
  }

  bySubject(subject: string): Sender | null {
    return this.#subjects.get(subject) ?? this.#subjects.get(ANY_SOURCE) ?? null;
  }

  /** Entries of two senders never overlap, because the parser of the file rejects overlaps. */
  #byPrefix(source: string): Sender | undefined {
    if (this.#prefixes.size === 0) return undefined;
    for (const prefix of candidatePrefixes(source)) {
      const sender = this.#prefixes.get(prefix);
      if (sender !== undefined) return sender;
    }
    return undefined;
  }
}
