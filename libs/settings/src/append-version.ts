import { hash as digest } from 'node:crypto';
import { withTimeout, type Clock } from '#async';
import type { EncodedEvent, EventStore } from '#event-store';
import { chainHash, settingsEventId } from '#identity';
import {
  SETTINGS_STREAM,
  serializeSettings,
  type PublishedSettings,
  type SettingsOrigin,
} from '#ledger';
import { SettingsUnavailable } from './errors.js';

/**
 * A version says when it was published before it is written, and 15 s later at the latest every process
 * relies on having read it. This is given up after less, and what it leaves is for the difference
 * between clocks, and for a server that writes what it has not answered.
 */
const APPEND_MS_MAX = 4_000;

interface AppendVersionOptions {
  readonly store: EventStore;
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * Writes a version behind the one whose hash is given. False: another one was written meanwhile. It is
 * never written again by itself: it would name a moment that is too long ago.
 */
export async function appendVersion(
  { store, clock }: AppendVersionOptions,
  settings: PublishedSettings,
  before: Uint8Array,
  origin: SettingsOrigin,
): Promise<boolean> {
  const event = encodeVersion(settings, before, origin);
  const expected = settings.version - 2;
  let cause: unknown;
  try {
    const appending = store.append(SETTINGS_STREAM, expected, [event]);
    const result = await withTimeout(appending, APPEND_MS_MAX, { clock });
    if (result.kind !== 'unknown') return result.kind === 'ok';
    ({ cause } = result);
  } catch (error) {
    cause = error;
  }
  throw new SettingsUnavailable(
    'outcome-unknown',
    'The store did not confirm the version: publish the same again, which tells whether it is there',
    { cause },
  );
}

export function encodeVersion(
  settings: PublishedSettings,
  before: Uint8Array,
  origin: SettingsOrigin,
): EncodedEvent {
  const { type, data, meta } = serializeSettings(settings, origin);
  const revision = settings.version - 1;
  const id = settingsEventId(revision, digest('sha256', data, 'hex'));
  const hash = chainHash(before, { stream: SETTINGS_STREAM, revision, id, type, data, meta });
  return { id, type, data, meta, hash };
}
