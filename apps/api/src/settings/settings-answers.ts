import type { SettingsPage, SettingsVersion } from '#contracts';
import type { PublishedSettings } from '#ledger';
import type { LoggedVersion, SettingsReader } from '#settings';

export function toSettingsVersion(settings: PublishedSettings): SettingsVersion {
  const { version, from, at, by, note, rules, policy, businesses, notices } = settings;
  return {
    version,
    from,
    at,
    by,
    note,
    rules,
    policy: { ...policy },
    businesses: businesses.map((business) => ({ ...business })),
    notices: {
      lowBalance: [...notices.lowBalance],
      expiringSoonDays: [...notices.expiringSoonDays],
    },
  };
}

function toListItem(version: LoggedVersion): SettingsPage['items'][number] {
  if (version.kind === 'known') {
    const { version: number, from, rules, at, by, note } = version.inForce.settings;
    return { version: number, from, rules, at, by, note };
  }
  const { version: number, from, rules } = version.unknown;
  return { version: number, from, rules, at: null, by: null, note: null };
}

/** The versions before that one, newest first. */
export function toSettingsPage(
  { versions }: Pick<SettingsReader, 'versions'>,
  now: string,
  { before = versions.size + 1, limit }: { readonly before?: number; readonly limit: number },
): SettingsPage {
  const newest = Math.min(before - 1, versions.size);
  const oldest = Math.max(1, newest - limit + 1);
  const items: SettingsPage['items'] = [];
  for (let number = newest; number >= oldest; number -= 1) {
    const version = versions.get(number);
    if (version !== undefined) items.push(toListItem(version));
  }
  const inForce = versions.at(now);
  return {
    in_force: inForce === undefined ? 0 : toListItem(inForce).version,
    newest: versions.size,
    items,
    next_before: oldest > 1 ? oldest : null,
  };
}
