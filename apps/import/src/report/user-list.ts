const BYTES = 16;
const USERS_MIN = 64;

/** Ids of users as 16 bytes each: there can be millions. */
export class UserList {
  #bytes = Buffer.alloc(0);
  #count = 0;
  #last = '';

  get size(): number {
    return this.#count;
  }

  /** Ids come in order, so that one that was added before is the last. */
  add(userId: string): void {
    if (userId === this.#last) return;
    this.#last = userId;
    const at = this.#count * BYTES;
    if (at === this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(USERS_MIN * BYTES, at * 2));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(userId.replaceAll('-', ''), at, 'hex');
    this.#count += 1;
  }

  *[Symbol.iterator](): Generator<string, undefined, undefined> {
    for (let at = 0; at < this.#count * BYTES; at += BYTES) {
      const hex = this.#bytes.toString('hex', at, at + BYTES);
      yield `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
  }
}
