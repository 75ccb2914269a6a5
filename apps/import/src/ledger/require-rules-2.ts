import type { SettingsReader } from '#settings';
import { CannotImportError } from '../errors.js';

/** Accounts are taken over under rules 2 only. */
export async function requireRules2(settings: SettingsReader): Promise<void> {
  const { settings: inForce } = await settings.inForceAt(new Date().toISOString());
  if (inForce.rules < 2) {
    throw new CannotImportError('accounts are taken over under rules 2: publish them first');
  }
}
