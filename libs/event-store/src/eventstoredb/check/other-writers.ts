import { fieldsOf, rolesOf } from './roles.js';
import type { EventStoreDbFinding } from './finding.js';

/** Every authenticated user. */
const ALL_USERS = '$all';
const ADMINS = '$admins';

const SEE = '"EventStoreDB" in docs/operations.md has the access list to write';

/** Names the users that may write and delete our streams, by the access list for all streams. */
export function otherWritersFinding(settings: unknown, user: string): EventStoreDbFinding {
  const acl = fieldsOf(settings)['$userStreamAcl'];
  const writers = rolesOf(acl, '$w') ?? [ALL_USERS];
  const deleters = rolesOf(acl, '$d') ?? [ALL_USERS];
  const strangers = (roles: readonly string[]): readonly string[] =>
    roles.filter((role) => role !== user && role !== ADMINS);
  const faults = [
    ...faultOf('write', strangers(writers)),
    ...faultOf('delete', strangers(deleters)),
  ];
  if (faults.length === 0) {
    const sentence = `Besides administrators only "${user}" may write streams, and nobody else may delete them.`;
    return { about: 'others', state: 'ok', sentence };
  }
  return { about: 'others', state: 'warning', sentence: `${faults.join('; ')}: ${SEE}.` };
}

function faultOf(what: string, roles: readonly string[]): readonly string[] {
  if (roles.length === 0) return [];
  const who = roles.includes(ALL_USERS) ? 'Every user of the server' : `Also ${roles.join(', ')}`;
  return [`${who} may ${what} the ledger's streams`];
}
