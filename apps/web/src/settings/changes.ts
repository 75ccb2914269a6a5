import type { SettingsVersion } from '#contracts';
import type { Business } from '../businesses/businesses.js';

type Value = string | number;

/** Something that differs between two versions of the settings. */
export type Change =
  | { readonly kind: 'rules'; readonly before: number; readonly after: number }
  | {
      readonly kind: 'limit';
      readonly name: string;
      readonly before: Value | null;
      readonly after: Value | null;
    }
  | {
      readonly kind: 'notices';
      readonly name: keyof SettingsVersion['notices'];
      readonly before: readonly number[];
      readonly after: readonly number[];
    }
  | { readonly kind: 'added'; readonly business: Business }
  | {
      readonly kind: 'business';
      readonly code: string;
      readonly field: 'label' | 'price' | 'retired';
      readonly before: Business;
      readonly after: Business;
    };

type Compared = Pick<SettingsVersion, 'rules' | 'policy' | 'businesses' | 'notices'>;

/** What changed, in the order in which a version lists it. Businesses are never removed. */
export function changesBetween(before: Compared, after: Compared): readonly Change[] {
  const changes: Change[] = [];
  if (before.rules !== after.rules) {
    changes.push({ kind: 'rules', before: before.rules, after: after.rules });
  }
  changes.push(...businessChanges(before.businesses, after.businesses));
  for (const name of new Set([...Object.keys(before.policy), ...Object.keys(after.policy)])) {
    const [one, other] = [before.policy[name] ?? null, after.policy[name] ?? null];
    if (one !== other) changes.push({ kind: 'limit', name, before: one, after: other });
  }
  for (const name of ['lowBalance', 'expiringSoonDays'] as const) {
    const [one, other] = [before.notices[name], after.notices[name]];
    if (!isSame(one, other)) changes.push({ kind: 'notices', name, before: one, after: other });
  }
  return changes;
}

function businessChanges(before: readonly Business[], after: readonly Business[]): Change[] {
  const known = new Map(before.map((business) => [business.code, business]));
  return after.flatMap((business): Change[] => {
    const old = known.get(business.code);
    if (old === undefined) return [{ kind: 'added', business }];
    return (['label', 'price', 'retired'] as const)
      .filter((field) => !isSame(old[field], business[field]))
      .map((field) => ({
        kind: 'business',
        code: business.code,
        field,
        before: old,
        after: business,
      }));
  });
}

/** Values of JSON, whose fields come in one order. */
const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
