/** A page, and the cursor of the next one; null: it was the last. */
export interface Page<T, Cursor> {
  readonly page: readonly T[];
  readonly next: Cursor | null;
}

/** Yields page after page. The next one is requested before the caller works on the current one. */
export async function* prefetchPages<T, Cursor>(
  read: (from: Cursor | null) => Promise<Page<T, Cursor>>,
): AsyncGenerator<readonly T[], void, undefined> {
  let pending = read(null);
  for (;;) {
    const { page, next } = await pending;
    if (next !== null) {
      pending = read(next);
      // A failure is thrown by the `await` above. If the caller stops early, nothing awaits it.
      pending.catch(() => {});
    }
    if (page.length > 0) yield page;
    if (next === null) return;
  }
}
