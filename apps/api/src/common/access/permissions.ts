import { SetMetadata } from '@nestjs/common';
import type { Caller, Role } from './caller.js';

/** What a route permits. Reads concern the user in its path. */
export type Permission =
  'send commands' | 'read account' | 'read as auditor' | 'read businesses' | 'publish settings';

/**
 * A user reads its own account; a service sends and reads; an auditor reads everything and sends
 * nothing; an admin reads what an auditor does, and publishes settings.
 */
const PERMISSIONS: Record<Role, Record<Permission, 'of any user' | 'of oneself' | 'never'>> = {
  user: {
    'send commands': 'never',
    'read account': 'of oneself',
    'read as auditor': 'never',
    'read businesses': 'of any user',
    'publish settings': 'never',
  },
  service: {
    'send commands': 'of any user',
    'read account': 'of any user',
    'read as auditor': 'never',
    'read businesses': 'of any user',
    'publish settings': 'never',
  },
  auditor: {
    'send commands': 'never',
    'read account': 'of any user',
    'read as auditor': 'of any user',
    'read businesses': 'of any user',
    'publish settings': 'never',
  },
  admin: {
    'send commands': 'never',
    'read account': 'of any user',
    'read as auditor': 'of any user',
    'read businesses': 'of any user',
    'publish settings': 'of any user',
  },
};

export function hasPermission(
  caller: Caller,
  permission: Permission,
  userId: string | undefined,
): boolean {
  return caller.roles.some((role) => {
    switch (PERMISSIONS[role][permission]) {
      case 'of any user':
        return true;
      case 'of oneself':
        return userId?.toLowerCase() === caller.subject.toLowerCase();
      case 'never':
        return false;
    }
  });
}

const METADATA_KEY = 'required permission';

/** Requires a permission. A route without any of these decorators is forbidden to every caller. */
export const RequirePermission = (permission: Permission) => SetMetadata(METADATA_KEY, permission);

/** Opens a route to every caller, without a token. */
export const Public = () => SetMetadata(METADATA_KEY, 'none');

export const PERMISSION_METADATA = METADATA_KEY;
