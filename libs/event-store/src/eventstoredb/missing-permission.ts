import { PermanentStoreError } from '../port.js';

/** A permission that was missing, and how an operator grants it. */
export interface Permission {
  readonly what: string;
  readonly grant: string;
}

const SEE = 'see "EventStoreDB" in docs/operations.md';

export const READ_ALL_PERMISSION: Permission = {
  what: 'read $all, which is where everything is followed',
  grant: `an administrator has to add it to "$r" of "$acl" in the metadata of $all (${SEE})`,
};

const inStreams = (key: string, stream: string): string =>
  `an administrator has to add it to "${key}" of the access list that holds for ${stream} (${SEE})`;

export const readPermission = (stream: string): Permission => ({
  what: `read stream ${stream}`,
  grant: inStreams('$r', stream),
});

export const writePermission = (stream: string): Permission => ({
  what: `write stream ${stream}`,
  grant: inStreams('$w', stream),
});

export const readMetadataPermission = (stream: string): Permission => ({
  what: `read the metadata of stream ${stream}, which says whether it was deleted`,
  grant: inStreams('$mr', stream),
});

/** gRPC's status code for credentials that the server does not know. */
const UNAUTHENTICATED = 16;

/** Access was denied; the message names the missing permission and how to grant it. */
export class MissingPermissionError extends PermanentStoreError {
  constructor(
    /** The server rejects the user name or the password, before it checks any permission. */
    readonly isUserUnknown: boolean,
    message: string,
    options: ErrorOptions,
  ) {
    super('access-denied', message, options);
  }
}

/** Adds the missing permission and how to grant it to an error that denies access. */
export function explainAccessDenied(
  error: unknown,
  user: string,
  { what, grant }: Permission,
): unknown {
  if (error instanceof MissingPermissionError) return error;
  if (!(error instanceof PermanentStoreError) || error.code !== 'access-denied') return error;
  const { cause } = error;
  const isUnknown = cause instanceof Error && 'code' in cause && cause.code === UNAUTHENTICATED;
  const message = isUnknown
    ? `EventStoreDB does not know user "${user}" with that password: check EVENT_STORE`
    : `EventStoreDB does not let user "${user}" ${what}: ${grant}`;
  return new MissingPermissionError(isUnknown, message, { cause: error });
}
