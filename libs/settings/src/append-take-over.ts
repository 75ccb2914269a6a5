import { hash as digest } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { withTimeout, type Clock } from '#async';
import type { EncodedEvent, EventStore } from '#event-store';
import { chainHash, takeOverEventId } from '#identity';
import {
  TAKE_OVER_STREAM,
  parseTakeOver,
  periodsAfter,
  serializeTakeOver,
  type SettingsOrigin,
  type TakeOverEvent,
  type TakeOverFinished,
  type TakeOverStarted,
} from '#ledger';
import { SettingsUnavailable } from './errors.js';
import { TakeOverLog } from './take-over-log.js';

/** As with a version of the settings: it says when it was written before it is. */
const APPEND_MS_MAX = 4_000;

interface TakeOverWriter {
  readonly store: EventStore;
  readonly clock: Pick<Clock, 'after'>;
}

type Draft = Omit<TakeOverStarted, 'at' | 'type'> | Omit<TakeOverFinished, 'at' | 'type'>;

export type TakeOverResult =
  /** `isRepeated`: the same was the newest event already. */
  | { readonly kind: 'written'; readonly event: TakeOverEvent; readonly isRepeated: boolean }
  | { readonly kind: 'refused'; readonly reason: string };

/** Says that accounts are taken over from a moment on, or with another mapping. */
export const startTakeOver = (
  writer: TakeOverWriter,
  draft: Omit<TakeOverStarted, 'at' | 'type'>,
  origin: SettingsOrigin,
): Promise<TakeOverResult> => append(writer, 'TakeOverStarted', draft, origin);

/** Says that all accounts are taken over but those that stay. */
export const finishTakeOver = (
  writer: TakeOverWriter,
  draft: Omit<TakeOverFinished, 'at' | 'type'>,
  origin: SettingsOrigin,
): Promise<TakeOverResult> => append(writer, 'TakeOverFinished', draft, origin);

async function append(
  { store, clock }: TakeOverWriter,
  type: TakeOverEvent['type'],
  draft: Draft,
  origin: SettingsOrigin,
): Promise<TakeOverResult> {
  const log = new TakeOverLog();
  let newest: TakeOverEvent | null = null;
  for await (const recorded of store.readStream(TAKE_OVER_STREAM, { latest: true })) {
    log.add(recorded);
    newest = parseTakeOver(recorded);
  }
  if (newest !== null && isDeepStrictEqual({ type, ...draft, at: newest.at }, { ...newest })) {
    return { kind: 'written', event: newest, isRepeated: true };
  }
  const at = new Date(await store.timeOfDay()).toISOString();
  const event = { type, ...draft, at } as TakeOverEvent;
  const periods = periodsAfter(log.periods, event);
  if (typeof periods === 'string') return { kind: 'refused', reason: periods };
  const appending = store.append(TAKE_OVER_STREAM, log.size - 1, [encoded(event, log, origin)]);
  const result = await withTimeout(appending, APPEND_MS_MAX, { clock }).catch(
    (cause: unknown) => ({ kind: 'unknown', cause }) as const,
  );
  if (result.kind === 'ok') return { kind: 'written', event, isRepeated: false };
  if (result.kind === 'conflict') {
    return { kind: 'refused', reason: 'another event was written meanwhile' };
  }
  throw new SettingsUnavailable(
    'outcome-unknown',
    'The store did not confirm it: say the same again, which tells whether it is there',
    { cause: result.cause },
  );
}

function encoded(event: TakeOverEvent, log: TakeOverLog, origin: SettingsOrigin): EncodedEvent {
  const { type, data, meta } = serializeTakeOver(event, origin);
  const revision = log.size;
  const id = takeOverEventId(revision, digest('sha256', data, 'hex'));
  const hash = chainHash(log.hash, { stream: TAKE_OVER_STREAM, revision, id, type, data, meta });
  return { id, type, data, meta, hash };
}
