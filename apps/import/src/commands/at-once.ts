/**
 * Works on so many items at a time. The first error ends it, once what is running has ended.
 */
export async function forEachAtOnce<T>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let taking: Promise<unknown> = Promise.resolve();
  let isEnded = false;
  /** One at a time: an iterator of a cursor is at one place. */
  const take = (): Promise<IteratorResult<T, unknown>> => {
    const next = taking.then(() => iterator.next());
    taking = next.catch(() => undefined);
    return next;
  };
  const workAll = async (worker: number): Promise<void> => {
    try {
      while (!isEnded) {
        const { value, done } = await take();
        if (done === true) return;
        await work(value, worker);
      }
    } catch (error) {
      isEnded = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: atOnce }, (_, index) => workAll(index)),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
