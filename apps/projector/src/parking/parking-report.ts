import type { ParkedAccount } from '#read-model';

import type { UnparkResult } from '#projection';

export function formatParkedAccounts(accounts: readonly ParkedAccount[], json: boolean): string {
  if (json) return accounts.map((account) => `${JSON.stringify(account)}\n`).join('');
  if (accounts.length === 0) return 'No account is parked.\n';
  const lines = accounts.map(
    ({ userId, since, code, revision, position, detail }) =>
      `${userId}  since ${since}  ${code} at revision ${revision} (${position})\n  ${detail}\n`,
  );
  const count = accounts.length === 1 ? '1 account is' : `${accounts.length} accounts are`;
  return `${lines.join('')}${count} parked. Fix the cause, then run: unpark --user <id>\n`;
}

export function formatUnparkResult(result: UnparkResult): string {
  const { userId } = result;
  switch (result.kind) {
    case 'unparked':
      return `${userId} is unparked: ${result.events} events refolded into ${result.rows} rows.\n`;
    case 'not-parked':
      return `${userId} is not parked.\n`;
    case 'refused':
      return `${userId} stays parked: ${result.reason}\n`;
  }
}
