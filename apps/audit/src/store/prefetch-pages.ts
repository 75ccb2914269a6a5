/** A page, and from where the next one goes on; null: it was the last. */
export interface Page<T, Cursor> {
  readonly page: readonly T[];
  readonly next: Cursor | null;
}

/** Page after page; the next one is asked for before the one at hand is worked on. */
export async function* prefetchPages<T, Cursor>(
  read: (from: Cursor | null) => Promise<Page<T, Cursor>>,
): AsyncGenerator<readonly T[], void, undefined> {
  let pending = read(null);
  for (;;) {
    const { page, next } = await pending;
    if (next !== null) {
      pending = read(next);
      pending.catch(() => {}); // it is awaited above, or nobody wants it any more
    }
    if (page.length > 0) yield page;
    if (next === null) return;
  }
}
