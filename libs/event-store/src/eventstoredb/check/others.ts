import { namesOnly, rolesOf } from './roles.js';
import type { EventStoreDbFinding } from './finding.js';

/** Everybody who has a name on the server. */
const EVERYBODY = '$all';
const ADMINS = '$admins';

const SEE = '"EventStoreDB" in docs/operations.md has the access list to write';

/** Who, by the access list that holds for all streams, may write and delete ours. */
export function othersFinding(settings: unknown, user: string): EventStoreDbFinding {
  const acl = namesOnly(settings)['$userStreamAcl'];
  const writers = rolesOf(acl, '$w') ?? [EVERYBODY];
  const deleters = rolesOf(acl, '$d') ?? [EVERYBODY];
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
  const who = roles.includes(EVERYBODY) ? 'Every user of the server' : `Also ${roles.join(', ')}`;
  return [`${who} may ${what} the ledger's streams`];
}
