import type { SettingsFault } from '#ledger';

/** A body as the publisher takes it, and what is wrong with it that the rules don't know of. */
interface PublicationRequest {
  /** null: it is not given, or no number of a version. */
  readonly version: number | null;
  readonly draft: Readonly<Record<string, unknown>>;
  /** Publish although some senders may not find their consumptions again. */
  readonly isAccepted: boolean;
  readonly errors: readonly SettingsFault[];
}

const NOT_THEIRS: Readonly<Record<string, string>> = {
  by: 'must be left out: it is the subject of the token',
  at: 'must be left out: it is the clock of the store',
};

export function readPublication(body: unknown, subject: string): PublicationRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const reason = 'must be a JSON object: a whole version';
    const error: SettingsFault = { field: 'body', code: 'NotAnObject', reason };
    return { version: null, draft: {}, isAccepted: false, errors: [error] };
  }
  const { version, accept, ...fields } = body as Record<string, unknown>;
  const errors: SettingsFault[] = [];
  const isNumber = Number.isSafeInteger(version) && (version as number) >= 1;
  if (!isNumber) {
    const reason = 'must be the number that this version will have: the newest one and 1';
    errors.push({ field: 'version', code: 'NotAWholeNumber', details: { min: 1 }, reason });
  }
  if (accept !== undefined && typeof accept !== 'boolean') {
    const reason = 'must be true or false, or left out';
    errors.push({ field: 'accept', code: 'NotABoolean', reason });
  }
  for (const [field, reason] of Object.entries(NOT_THEIRS)) {
    if (Object.hasOwn(fields, field)) errors.push({ field, code: 'UnknownField', reason });
    delete fields[field];
  }
  return {
    version: isNumber ? (version as number) : null,
    draft: { ...fields, by: subject },
    isAccepted: accept === true,
    errors,
  };
}
