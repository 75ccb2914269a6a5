import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { ifMissing, writeFileAtomically } from '#embedded';

const DAYS_VALID = '30d';
export const JWT_ALGORITHM = 'HS256';

/** Of this stack alone: made once, kept beside its data. */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const file = join(dataDir, name);
  await mkdir(dataDir, { recursive: true });
  const kept = await readFile(file, 'utf8').catch(ifMissing(''));
  // A start that was killed, or met a full disk, left it empty: nothing was ever sealed with that.
  if (kept.trim() !== '') return kept;
  await writeFileAtomically(file, randomBytes(32).toString('hex'));
  return readFile(file, 'utf8');
}

/** As SNAPSHOT_KEYS has them: what is hexadecimal is base64 as well. */
export async function keptSnapshotKeys(dataDir: string): Promise<string> {
  return `local:${await keptSecret(dataDir, 'snapshot-secret')}`;
}

/** For the demo and for trying things out; real tokens come from where the users are known. */
export function demoToken(secret: string, subject: string, role: string): Promise<string> {
  return new SignJWT({ roles: [role] })
    .setProtectedHeader({ alg: JWT_ALGORITHM })
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(DAYS_VALID)
    .sign(new TextEncoder().encode(secret));
}
