import type { Metadata } from '@grpc/grpc-js';
import {
  aclFrom,
  DEFAULT_SYSTEM_ACL,
  DEFAULT_USER_ACL,
  type Roles,
  type StreamAcl,
} from './acl.js';
import type { EventLog } from './event-log.js';
import { accessDenied, unauthenticated } from './rpc-errors.js';
import { InvalidJson, objectFrom, parseJson } from './server-json.js';
import { metadataOf } from './stream-metadata.js';
import {
  ALL_STREAM,
  isMetaStream,
  isSystemStream,
  originalOf,
  SETTINGS_STREAM,
} from './system-names.js';

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

const ALL_USERS = '$all';
const ADMINS = '$admins';
const ANONYMOUS: Caller = { name: null, groups: [] };
/** There is no right to delete a metadata stream, not even for administrators. */
const META_ACTION: Record<Action, keyof StreamAcl | null> = {
  read: 'metaRead',
  write: 'metaWrite',
  delete: null,
};

/**
 * Who may do what to which stream. A server without TLS denies nothing: an insecure
 * node has neither authentication nor access lists.
 */
export class Access {
  constructor(
    private readonly log: EventLog,
    private readonly users: Users,
    private readonly isInsecure: boolean,
  ) {}

  callerOf(headers: Metadata): Caller {
    const [header] = headers.get('authorization');
    if (this.isInsecure || header === undefined) return ANONYMOUS;
    const basic = /^Basic (.+)$/.exec(header.toString())?.[1] ?? '';
    const [name = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    const user = Object.hasOwn(this.users, name) ? this.users[name] : undefined;
    if (user?.password !== rest.join(':')) throw unauthenticated();
    return { name, groups: user.groups };
  }

  check(caller: Caller, action: Action, stream: string): void {
    if (!this.mayDo(caller, action, stream)) throw accessDenied();
  }

  mayDo(caller: Caller, action: Action, stream: string): boolean {
    if (this.isInsecure) return true;
    if (caller.name === null || stream === '') return false;
    if (stream === ALL_STREAM && action !== 'read') return false;
    const right = isMetaStream(stream) ? META_ACTION[action] : action;
    if (right === null) return false;
    if (caller.groups.includes(ADMINS)) return true;
    const roles = this.#rolesFor(right, isMetaStream(stream) ? originalOf(stream) : stream);
    return roles.some(
      (role) => role === ALL_USERS || role === caller.name || caller.groups.includes(role),
    );
  }

  #rolesFor(right: keyof StreamAcl, stream: string): Roles {
    const isSystem = isSystemStream(stream);
    const settings = this.#settings();
    const ofSettings = isSystem ? settings.system : settings.user;
    const byDefault = isSystem ? DEFAULT_SYSTEM_ACL : DEFAULT_USER_ACL;
    const ofStream = metadataOf(this.log, stream).acl;
    return ofStream?.[right] ?? ofSettings?.[right] ?? byDefault[right] ?? [];
  }

  /** The newest event of `$settings` says what holds for streams that say nothing themselves. */
  #settings(): { readonly user?: StreamAcl; readonly system?: StreamAcl } {
    const record = this.log.streamOf(SETTINGS_STREAM).at(-1);
    if (record === undefined) return {};
    try {
      const fields = objectFrom(parseJson(Buffer.from(record.data).toString('utf8')));
      const user = fields.get('$userStreamAcl');
      const system = fields.get('$systemStreamAcl');
      return {
        ...(user === undefined ? {} : { user: aclFrom(user) }),
        ...(system === undefined ? {} : { system: aclFrom(system) }),
      };
    } catch (error) {
      if (error instanceof InvalidJson) return {};
      throw error;
    }
  }
}
