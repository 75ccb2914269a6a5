import type { Batch, Books } from './state.js';
import { broken } from './broken-rule.js';
import type { Draw, Return } from './events.js';
import { isDue, midnightFrom } from '../support/time.js';

export function bringIn(
  books: Books,
  id: number,
  expiresAt: string | null,
  priority: number,
  isGrace: boolean,
): void {
  books.batches.set(id, { id, cameIn: books.batchesSeen++, expiresAt, priority, isGrace });
}

/** Into the batch that the points came from, or a grace batch: one that is new comes in by it. */
export function putBack(books: Books, { from, into, points, expiresAt }: Return): void {
  const known = books.batches.get(into);
  if (!known) bringInGrace(books, into, expiresAt);
  else if (into !== from && !known.isGrace) broken(books, `batch ${into} is not a grace batch`);
  else if (known.expiresAt !== expiresAt) broken(books, `batch ${into} expires at another time`);
  put(books, into, points);
}

function bringInGrace(books: Books, id: number, midnight: string | null): void {
  if (midnight === null || midnight <= books.at || midnightFrom(midnight) !== midnight) {
    broken(books, `batch ${id} is not known`);
  }
  if (books.graceBatches.get(midnight) !== undefined) {
    broken(books, `there is a grace batch of ${midnight}`);
  }
  bringIn(books, id, midnight, 0, true);
  books.graceBatches.set(midnight, id);
}

export function put(books: Books, batchId: number, points: number): void {
  const batch = books.batches.get(batchId);
  if (!batch) broken(books, `batch ${batchId} is not known`);
  setRemaining(books, batch, (books.remaining.get(batchId) ?? 0) + points);
  books.balance += points;
}

export function take(books: Books, draw: Draw, at: string): void {
  const batch = books.drawOrder.first;
  if (batch?.id !== draw.batchId) broken(books, `it is not batch ${draw.batchId}'s turn`);
  if (isDue(batch.expiresAt, at)) broken(books, `${batch.id} is not live`);
  const left = (books.remaining.get(batch.id) ?? 0) - draw.points;
  if (left < 0) broken(books, `batch ${batch.id} had less than ${draw.points} points`);
  setRemaining(books, batch, left);
  books.balance -= draw.points;
}

export function setRemaining(books: Books, batch: Batch, left: number): void {
  const had = books.remaining.get(batch.id) !== undefined;
  const has = left > 0;
  if (has) books.remaining.set(batch.id, left);
  else books.remaining.delete(batch.id);
  if (had === has) return;
  if (!batch.isGrace) books.batchesInUse += has ? 1 : -1;
  if (has) {
    books.drawOrder.add(batch);
    if (batch.expiresAt !== null) books.expiryOrder.add(batch);
  } else {
    books.drawOrder.remove(batch);
    if (batch.expiresAt !== null) books.expiryOrder.remove(batch);
  }
}
