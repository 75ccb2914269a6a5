import { openPostgresEventStore, type EventStore } from '#event-store';
import { closedLoop, newAccounts, nextEvent, type Account, type Measured } from './closed-loop.js';

const PAGE = 500;
const READ_MS_MAX = 5_000;

/** Measures appends of one event each, including the hash chain. */
export async function appends(url: string, inFlight: number): Promise<Measured> {
  const store = await openPostgresEventStore(url);
  const accounts = newAccounts(String(inFlight));
  const measured = await closedLoop(inFlight, accounts, (account) => append(store, account));
  await store.close();
  return measured;
}

async function append(store: EventStore, account: Account): Promise<void> {
  const event = nextEvent(account);
  const result = await store.append(account.stream, account.revision, [event]);
  if (result.kind !== 'ok') throw new Error(`an append was answered ${result.kind}`);
  account.revision += 1;
  account.hash = event.hash;
}

export async function readsPerSecond(url: string): Promise<number> {
  const store = await openPostgresEventStore(url);
  const begun = performance.now();
  let events = 0;
  let page = await store.readAll(null, PAGE);
  while (page.events.length > 0 && performance.now() - begun < READ_MS_MAX) {
    events += page.events.length;
    page = await store.readAll(page.next, PAGE);
  }
  const perSecond = events / ((performance.now() - begun) / 1000);
  await store.close();
  return Math.round(perSecond);
}
