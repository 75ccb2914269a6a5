import { NO_STREAM, type EncodedEvent } from '#event-store';
import { CHAIN_START, chainHash } from '#identity';

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const USERS = 10_000;
const WARM_UP_MS = 1_000;
const MEASURED_MS = 5_000;

/** Data and meta have 300 bytes, as an ordinary consumption has. */
export const EVENT_TYPE = 'PointsConsumed';
export const EVENT_META = JSON.stringify({
  v: 1,
  command: { source: 'ai-text', id: 'req-8c1f0e7a52d94b', type: 'ConsumePoints' },
  policy: '9f86d081884c7d65',
  correlation: 'req-8c1f0e7a52d94b',
});
export const EVENT_DATA = dataOf(300 - EVENT_META.length);

function dataOf(length: number): string {
  const fields = {
    at: 1_893_456_000_000,
    business: 'text-chat',
    draws: [{ batchId: 3, points: 12 }],
  };
  const bare = JSON.stringify({ ...fields, memo: '' });
  return JSON.stringify({ ...fields, memo: 'x'.repeat(length - bare.length) });
}

/** The state of an account's writer. */
export interface Account {
  readonly stream: string;
  revision: number;
  hash: Uint8Array;
}

export function newAccounts(run: string): Account[] {
  return Array.from({ length: USERS }, (_, user) => ({
    stream: `points-${run}-user-${user}`,
    revision: NO_STREAM,
    hash: CHAIN_START,
  }));
}

/** Ids are spread like real ones, without the cost of deriving them. */
export function eventId(place: number): string {
  const spread = Math.imul(place + 1, 0x9e3779b1) >>> 0;
  return `${hex(spread, 8)}-0000-5000-8000-${hex(place, 12)}`;
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

let made = 0;

export function nextEvent({ stream, revision, hash }: Account): EncodedEvent {
  const event = { id: eventId(made), type: EVENT_TYPE, data: EVENT_DATA, meta: EVENT_META };
  made += 1;
  return { ...event, hash: chainHash(hash, { ...event, stream, revision: revision + 1 }) };
}

/** Runs concurrent callers, each with its own accounts and one append in flight at a time. */
export async function closedLoop(
  inFlight: number,
  accounts: readonly Account[],
  append: (account: Account) => Promise<void>,
): Promise<Measured> {
  const latenciesMs: number[] = [];
  const start = performance.now();
  const measuredFrom = start + WARM_UP_MS;
  const end = measuredFrom + MEASURED_MS;
  const share = Math.floor(accounts.length / inFlight);
  const call = async (caller: number) => {
    for (let turn = 0; ; turn += 1) {
      const account = accounts[caller * share + (turn % share)];
      const begun = performance.now();
      if (begun >= end || account === undefined) return;
      await append(account);
      if (begun >= measuredFrom) latenciesMs.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, caller) => call(caller)));
  latenciesMs.sort((a, b) => a - b);
  return {
    perSecond: Math.round(latenciesMs.length / ((performance.now() - measuredFrom) / 1000)),
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

const quantile = (sorted: readonly number[], q: number) =>
  Math.round((sorted[Math.floor(sorted.length * q)] ?? 0) * 100) / 100;
