import { nameBasedUuid } from './name-based-uuid.js';

// Ids are derived and never random, so that a repeated message gets the same ids everywhere.

const COMMAND_NAMESPACE = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';

export function commandIdOf(userId: string, source: string, id: string): string {
  return nameBasedUuid(COMMAND_NAMESPACE, `${userId}\0${source}\0${id}`);
}

export function eventIdOf(commandId: string, revision: number): string {
  return nameBasedUuid(commandId, String(revision));
}

const SETTINGS_NAMESPACE = '0c9d6f0e-52c7-5b34-9a86-6f1d1f7a2e05';

/** The id of a version of the settings: of two that compete for one revision, each has its own. */
export function settingsEventId(revision: number, dataDigest: string): string {
  return nameBasedUuid(SETTINGS_NAMESPACE, `${revision}:${dataDigest}`);
}

const IMPORT_NAMESPACE = 'f4b5d0c2-6a1e-5f0b-9d55-2c8f1a7e3b90';

/** The id of an event in the stream of take-overs, in the same way. */
export function takeOverEventId(revision: number, dataDigest: string): string {
  return nameBasedUuid(IMPORT_NAMESPACE, `${revision}:${dataDigest}`);
}

/** The source of everything that an import records. No sender may have one like it. */
export const importSource = (importId: string): string => `import:${importId}`;

/** What distinguishes two answers to one command. */
export interface AnswerKey {
  /** Revision of the last event recorded for the command; null: none was recorded. */
  readonly revision: number | null;
  /** Why the command was refused; null: it was accepted. */
  readonly code: string | null;
  /** Digest of the message that is answered. */
  readonly digest: string;
}

/** The `ce_id` of an outcome. The same answer to the same message always has the same id. */
export function outcomeIdOf(commandId: string, { revision, code, digest }: AnswerKey): string {
  return nameBasedUuid(commandId, `${revision ?? ''}:${code ?? ''}:${digest}`);
}
