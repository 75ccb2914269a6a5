import type { CommandContext } from './command-context.js';
import type { ParkedAccount } from '../diff/table-snapshot.js';

/** Accounts that are told on standard error; `verify` names all of them. */
const WARNINGS_MAX = 20;

/** What somebody has done to streams by the store's own means, where the work has gone on without them. */
export function warnOfDamagedStreams(
  { terminal }: CommandContext,
  damaged: ReadonlyMap<string, string>,
): void {
  for (const [stream, detail] of [...damaged].slice(0, WARNINGS_MAX)) {
    terminal.err.write(`DAMAGED ${stream}: ${detail}\n`);
  }
  const more = damaged.size - WARNINGS_MAX;
  if (more > 0) terminal.err.write(`… and ${more} more accounts: see \`audit verify\`\n`);
}

/** Accounts of which the tables leave events out: only what stands before those was compared. */
export function warnOfParkedAccounts(
  { terminal }: CommandContext,
  parked: readonly ParkedAccount[],
): void {
  for (const { user, revision, code, since } of parked.slice(0, WARNINGS_MAX)) {
    terminal.err.write(`PARKED ${user} since ${since} at revision ${revision}: ${code}\n`);
  }
  const more = parked.length - WARNINGS_MAX;
  if (more > 0) terminal.err.write(`… and ${more} more: see \`npm run projector -- parked\`\n`);
}
