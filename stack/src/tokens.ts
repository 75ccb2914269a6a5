import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { ifMissing, writeFileAtomically } from '#embedded';

const DAYS_VALID = '30d';
export const JWT_ALGORITHM = 'HS256';

/** A secret of this stack, which is created once and stored with its data. */
export async function loadOrCreateSecret(dataDir: string, name: string): Promise<string> {
  const file = join(dataDir, name);
  await mkdir(dataDir, { recursive: true });
  const stored = await readFile(file, 'utf8').catch(ifMissing(''));
  // A start that was killed or met a full disk left an empty file, with which nothing was sealed.
  if (stored.trim() !== '') return stored;
  await writeFileAtomically(file, randomBytes(32).toString('hex'));
  return readFile(file, 'utf8');
}

/** The keys in the format of SNAPSHOT_KEYS. Hexadecimal text is valid base64 too. */
export async function loadOrCreateSnapshotKeys(dataDir: string): Promise<string> {
  return `local:${await loadOrCreateSecret(dataDir, 'snapshot-secret')}`;
}

/** A token for the demo. Real tokens are issued by the system that knows the users. */
export function demoToken(secret: string, subject: string, role: string): Promise<string> {
  return new SignJWT({ roles: [role] })
    .setProtectedHeader({ alg: JWT_ALGORITHM })
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(DAYS_VALID)
    .sign(new TextEncoder().encode(secret));
}
