import type { CommandContext } from './command-context.js';
import type { ParkedAccount } from '../diff/table-snapshot.js';

/** How many accounts are named on standard error. */
const WARNINGS_MAX = 20;

/** Names the damaged streams that were left out while the command went on with the others. */
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

/** Names the parked accounts, of which only the events before they were parked were compared. */
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
