/** What `work` makes of each item, in the order of the items, of which so many are worked on at a time. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, undefined, undefined> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is thrown where it is awaited.
      result.catch(() => undefined);
      running.push(result);
      if (running.length < atOnce) continue;
      const [first] = running.splice(0, 1);
      if (first !== undefined) yield await first;
    }
    for (const result of running) yield await result;
  } finally {
    await Promise.allSettled(running);
  }
}
