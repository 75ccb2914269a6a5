import type { Metadata } from '@grpc/grpc-js';
import type { EventLog } from './event-log.js';
import { accessDenied, unauthenticated } from './rpc-errors.js';
import { metadataOf, type Roles, type StreamAcl } from './stream-metadata.js';
import { ALL_STREAM, isMetaStream, isSystemStream, originalOf } from './system-names.js';

export interface User {
  readonly password: string;
  readonly groups: readonly string[];
}

export type Users = Readonly<Record<string, User>>;

/** The two that a new server knows. */
export const DEFAULT_USERS: Users = {
  admin: { password: 'changeit', groups: ['$admins'] },
  ops: { password: 'changeit', groups: ['$ops'] },
};

export interface Caller {
  /** null: came without credentials. */
  readonly name: string | null;
  readonly groups: readonly string[];
}

export type Action = 'read' | 'write' | 'delete';

const EVERYBODY = '$all';
const ADMINS = '$admins';
const META_ACTION: Record<Action, keyof StreamAcl> = {
  read: 'metaRead',
  write: 'metaWrite',
  delete: 'metaWrite',
};

/**
 * Who may do what to which stream. A server without TLS hears no credentials (the client sends none
 * there): its nameless callers may do everything but what a stream's own ACL reserves.
 */
export class Access {
  constructor(
    private readonly log: EventLog,
    private readonly users: Users,
    private readonly isOpen: boolean,
  ) {}

  callerOf(headers: Metadata): Caller {
    const [header] = headers.get('authorization');
    if (header === undefined) return { name: null, groups: [] };
    const basic = /^Basic (.+)$/.exec(header.toString())?.[1] ?? '';
    const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    const user = Object.hasOwn(this.users, name) ? this.users[name] : undefined;
    if (user?.password !== rest.join(':')) throw unauthenticated();
    return { name, groups: user.groups };
  }

  check(caller: Caller, action: Action, stream: string): void {
    if (!this.#mayDo(caller, action, stream)) throw accessDenied();
  }

  #mayDo(caller: Caller, action: Action, stream: string): boolean {
    if (stream === ALL_STREAM && action !== 'read') return false;
    if (caller.groups.includes(ADMINS)) return true;
    const reservedFor = this.#ownRolesOf(action, stream);
    if (reservedFor === undefined && this.isOpen) return true;
    if (caller.name === null && !this.isOpen) return false;
    const roles = reservedFor ?? [isSystemStream(subjectOf(stream)) ? ADMINS : EVERYBODY];
    return roles.some(
      (role) => role === EVERYBODY || role === caller.name || caller.groups.includes(role),
    );
  }

  #ownRolesOf(action: Action, stream: string): Roles | undefined {
    const acl = metadataOf(this.log, subjectOf(stream)).acl;
    return acl?.[isMetaStream(stream) ? META_ACTION[action] : action];
  }
}

const subjectOf = (stream: string): string => (isMetaStream(stream) ? originalOf(stream) : stream);
