import { readFileSync } from 'node:fs';
import { PermanentStoreError } from '../port.js';

export interface EndPoint {
  readonly address: string;
  readonly port: number;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The client does not send credentials without TLS, but without any it would use BatchAppend. */
export const UNSENT_CREDENTIALS: Credentials = { username: 'unused', password: 'unused' };

export interface ConnectionOptions {
  readonly hosts: readonly [EndPoint, ...EndPoint[]];
  /** The single host is a DNS name for a whole cluster. */
  readonly discover: boolean;
  readonly isSecure: boolean;
  /** Null when the string has no credentials. */
  readonly credentials: Credentials | null;
  /** Certificates to trust besides those that the machine trusts. */
  readonly tlsCa: Buffer | null;
  readonly nodePreference: NodePreference | null;
  readonly connectionName: string | null;
  /** A prefix of all stream names on the server. The parameter is the ledger's own. */
  readonly streamPrefix: string;
}

const NODE_PREFERENCES = ['leader', 'follower', 'random', 'read_only_replica'] as const;
export type NodePreference = (typeof NODE_PREFERENCES)[number];

const DEFAULT_PORT = 2113;
const SHAPE =
  /^((?:esdb|kurrentdb)(?:\+discover)?):\/\/(?:([^:@/]+):([^@/]*)@)?([^/?@]+)\/?(?:\?(.*))?$/;

/**
 * Parses `esdb://user:password@host:port,host:port?tls=true&tlsCAFile=…`. The client does not hand out
 * the credentials that it parses, and each call needs them. Errors do not repeat the string, because
 * it contains a password.
 */
export function parseConnectionString(text: string): ConnectionOptions {
  const [, scheme, user, password, hosts = '', query = ''] = SHAPE.exec(text.trim()) ?? [];
  if (scheme === undefined) {
    throw misconfigured('it must read esdb://user:password@host:port?tls=true');
  }
  const parameters = new Map([...new URLSearchParams(query)].map(([k, v]) => [normalized(k), v]));
  for (const [name, value] of parameters) assertKnownParameter(name, value);
  const options: ConnectionOptions = {
    hosts: hostsOf(hosts),
    discover: scheme.endsWith('+discover'),
    isSecure: booleanOf('tls', parameters.get('tls') ?? 'true'),
    credentials:
      user === undefined ? null : { username: decoded(user), password: decoded(password ?? '') },
    tlsCa: tlsCaOf(parameters.get('tlscafile')),
    nodePreference: nodePreferenceOf(parameters.get('nodepreference')),
    connectionName: parameters.get('connectionname') ?? null,
    streamPrefix: streamPrefixOf(parameters.get('streamprefix') ?? ''),
  };
  if (options.isSecure && options.credentials === null) {
    throw misconfigured('over TLS it must name a user and a password');
  }
  return options;
}

/** Parameters of the client that have no effect, because the adapter has its own deadlines. */
const UNUSED = [
  'defaultdeadline',
  'discoveryinterval',
  'gossiptimeout',
  'keepaliveinterval',
  'keepalivetimeout',
  'maxdiscoverattempts',
];
const USED = ['tls', 'tlscafile', 'nodepreference', 'connectionname', 'streamprefix'];
const KNOWN = new Set([...USED, ...UNUSED]);
/** Parameters that are accepted only with the client's default. */
const ONLY_TRUE = new Set(['throwonappendfailure', 'tlsverifycert']);

function assertKnownParameter(name: string, value: string): void {
  if (KNOWN.has(name) || (ONLY_TRUE.has(name) && value === 'true')) return;
  throw misconfigured(`this value of the parameter ${name} is not supported`);
}

function hostsOf(text: string): ConnectionOptions['hosts'] {
  const [first, ...rest] = text.split(',').map((host): EndPoint => {
    const [, address, port] = /^([^:\s]+)(?::(\d{1,5}))?$/.exec(host.trim()) ?? [];
    if (address === undefined) throw misconfigured('a host must read name:port');
    return { address, port: port === undefined ? DEFAULT_PORT : Number(port) };
  });
  if (first === undefined) throw misconfigured('it names no host');
  return [first, ...rest];
}

function booleanOf(name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw misconfigured(`${name} must be true or false`);
  return value === 'true';
}

function nodePreferenceOf(value: string | undefined): NodePreference | null {
  if (value === undefined) return null;
  const found = NODE_PREFERENCES.find((preference) => normalized(preference) === normalized(value));
  if (found === undefined) {
    throw misconfigured(`nodePreference must be one of ${NODE_PREFERENCES.join(', ')}`);
  }
  return found;
}

/** A prefix has no hyphen, so that no ledger can mistake the streams of another prefix for its own. */
const STREAM_PREFIX = /^[A-Za-z0-9_.]{0,64}$/;

function streamPrefixOf(value: string): string {
  if (STREAM_PREFIX.test(value)) return value;
  throw misconfigured('streamPrefix has at most 64 letters, digits, dots and underscores');
}

function tlsCaOf(file: string | undefined): Buffer | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw misconfigured(`tlsCAFile ${file} can't be read`, { cause });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw misconfigured('user and password must be percent-encoded');
  }
}

const normalized = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

const misconfigured = (what: string, options?: ErrorOptions): PermanentStoreError =>
  new PermanentStoreError('misconfigured', `the EventStoreDB connection string: ${what}`, options);
