import type { Sender } from './sender.js';
import { ANY, prefixOf, prefixesOf } from './source-entry.js';

/** Finds the sender of a source or a subject. Nothing is folded: what differs in a letter is another. */
export class SenderDirectory {
  readonly #sources = new Map<string, Sender>();
  readonly #prefixes = new Map<string, Sender>();
  readonly #subjects = new Map<string, Sender>();

  constructor(readonly senders: readonly Sender[]) {
    for (const sender of senders) {
      for (const entry of sender.sources) {
        const prefix = prefixOf(entry);
        if (prefix === null) this.#sources.set(entry, sender);
        else this.#prefixes.set(prefix, sender);
      }
      for (const subject of sender.subjects) this.#subjects.set(subject, sender);
    }
  }

  bySource(source: string): Sender | null {
    const exact = source === ANY ? undefined : this.#sources.get(source);
    return exact ?? this.#byPrefix(source) ?? this.#sources.get(ANY) ?? null;
  }

  bySubject(subject: string): Sender | null {
    return this.#subjects.get(subject) ?? this.#subjects.get(ANY) ?? null;
  }

  /** Entries of two senders never overlap: the file's parser has seen to it. */
  #byPrefix(source: string): Sender | undefined {
    if (this.#prefixes.size === 0) return undefined;
    for (const prefix of prefixesOf(source)) {
      const sender = this.#prefixes.get(prefix);
      if (sender !== undefined) return sender;
    }
    return undefined;
  }
}
