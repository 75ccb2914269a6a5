import { RULES_1 } from './rules-1.js';
import { rules2 } from './rules-2.js';
import type { Terms } from './rules.js';
import type { Settings } from '../settings/settings.js';

/** What the rules are told of a version of the settings. It is made once and kept. */
export function termsOf({
  version,
  rules,
  policy,
  businesses,
}: Omit<Settings, 'from' | 'notices'>): Terms {
  return {
    settings: version,
    rules: rules === 1 ? RULES_1 : rules2(policy),
    businesses: new Map(businesses.map((business) => [business.code, business])),
  };
}
