import type { Settings } from '../settings/settings.js';

/** The version in force at a moment: of those that have begun, the one that began last. */
export function settingsInForce<S extends Settings>(versions: readonly S[], at: string): S | null {
  let inForce: S | null = null;
  for (const version of versions) {
    if (version.from <= at && (inForce === null || version.from > inForce.from)) inForce = version;
  }
  return inForce;
}
