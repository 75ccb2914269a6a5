import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { cannotImport } from '../errors.js';
import type { AccountComparison, AccountSide } from '../report/compare-account.js';

/**
 * Writes both sides of each account, a line of JSON for each. The file is there only once it is whole.
 * Returns the SHA-256 of it, in hex.
 */
export async function writeAccounts(
  file: string,
  accounts: AsyncIterable<AccountComparison>,
): Promise<string> {
  const hash = createHash('sha256');
  let failure: unknown;
  const lines = async function* (): AsyncGenerator<string> {
    try {
      for await (const compared of accounts) {
        const line = `${JSON.stringify(lineOf(compared))}\n`;
        hash.update(line);
        yield line;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const part = `${file}.part`;
  try {
    await pipeline(lines, createWriteStream(part));
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    throw cause === failure ? cause : cannotImport(`--accounts: ${file} can't be written`, cause);
  }
  return hash.digest('hex');
}

const lineOf = ({ user, phase, there, here, now }: AccountComparison) => ({
  user,
  phase,
  there: sideOf(there),
  here: sideOf(here),
  now: now && { ...now, expiring: Object.fromEntries(now.expiring) },
});

const sideOf = ({ points, ...side }: AccountSide) => ({
  ...side,
  points: points && { ...points, expiring: Object.fromEntries(points.expiring) },
});
