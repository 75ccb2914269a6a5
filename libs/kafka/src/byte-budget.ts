/** So many bytes may be in use at a time; who wants more waits, in order. */
export class ByteBudget {
  readonly #waiting: { readonly bytes: number; readonly give: () => void }[] = [];
  #free: number;

  constructor(bytesMax: number) {
    this.#free = bytesMax;
  }

  /** At once or not at all. */
  tryReserve(bytes: number): boolean {
    if (this.#waiting.length > 0 || bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  async reserve(bytes: number): Promise<void> {
    if (this.tryReserve(bytes)) return;
    await new Promise<void>((give) => this.#waiting.push({ bytes, give }));
  }

  release(bytes: number): void {
    this.#free += bytes;
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.give();
    }
  }
}
