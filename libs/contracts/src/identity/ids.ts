import { uuidOf } from './uuid.js';

const COMMANDS = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';

// Ids are derived, never random: a repeat is recognised everywhere.

export function commandUuid(userId: string, source: string, id: string): string {
  return uuidOf(COMMANDS, `${userId}\0${source}\0${id}`);
}

export function eventId(commandId: string, revision: number): string {
  return uuidOf(commandId, String(revision));
}

/** What an answer says that tells it from another answer to the same command. */
export interface Answered {
  /** Of the last event recorded for the command; null: there is none. */
  readonly revision: number | null;
  /** null: accepted. */
  readonly code: string | null;
  /** Of the message that is answered. */
  readonly digest: string;
}

/** `ce_id` of an outcome: the same answer to the same message has the same. */
export function outcomeId(commandId: string, { revision, code, digest }: Answered): string {
  return uuidOf(commandId, `${revision ?? ''}:${code ?? ''}:${digest}`);
}
