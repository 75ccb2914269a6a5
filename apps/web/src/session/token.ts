import { z } from 'zod';
import { parseUserId } from '../format/user-id.js';

export const ROLES = ['user', 'service', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The claims of the reader's token. Only the API verifies it; the page uses it to choose what to offer. */
export interface Session {
  readonly token: string;
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly expiresAtMs: number | null;
}

const isRole = (role: string): role is Role => ROLES.some((known) => known === role);

const payload = z.object({
  sub: z.string().min(1),
  roles: z.array(z.string()).default([]),
  exp: z.number().optional(),
});

/** Returns null when `text` is not a token. */
export function parseToken(text: string): Session | null {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  const [, body, signature] = token.split('.');
  if (body === undefined || signature === undefined || !/^[\w.-]+$/.test(token)) return null;
  const parsed = payload.safeParse(parseBase64UrlJson(body));
  if (!parsed.success) return null;
  const { sub, roles, exp } = parsed.data;
  return {
    token,
    subject: sub,
    roles: roles.filter(isRole),
    expiresAtMs: exp === undefined ? null : exp * 1000,
  };
}

function parseBase64UrlJson(base64url: string): unknown {
  try {
    const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}

export const mayReadAnyUser = ({ roles }: Session): boolean =>
  roles.some((role) => role !== 'user');

/** An admin may read all that an auditor reads. */
export const mayAudit = ({ roles }: Session): boolean =>
  roles.includes('auditor') || roles.includes('admin');

export const mayPublish = ({ roles }: Session): boolean => roles.includes('admin');

/** The reader's own account, or null without the role user. */
export const ownUser = (session: Session): string | null =>
  session.roles.includes('user') ? parseUserId(session.subject) : null;
