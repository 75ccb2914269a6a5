import {
  DEFAULT_SETTINGS_POLICY,
  OVERRUNS,
  REFUND_GRACE_DAYS_MAX,
  type SettingsPolicy,
} from './policy.js';
import { addFault, isObject, isWholeNumber, type SettingsFault } from './settings-fault.js';

/** What is owed stands in a column of 32 bits. Other limits are bounded by what is a safe number. */
const LIMITS_MAX: Partial<Record<keyof SettingsPolicy, number>> = {
  owedMax: 2_000_000_000,
  refundGraceDays: REFUND_GRACE_DAYS_MAX,
};

const POLICY_FIELDS = Object.keys(DEFAULT_SETTINGS_POLICY[2]) as readonly (keyof SettingsPolicy)[];

/** A policy of the settings is whole: a limit that is left out is a fault, like an unknown one. */
export function policyFieldFaults(policy: unknown): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  if (!isObject(policy)) {
    addFault(faults, 'policy', 'NotAnObject', 'must be an object of all limits by their names');
    return faults;
  }
  for (const name of POLICY_FIELDS) {
    checkLimit(faults, name, policy[name]);
  }
  for (const name of Object.keys(policy)) {
    if (!(POLICY_FIELDS as readonly string[]).includes(name)) {
      addFault(faults, `policy.${name}`, 'UnknownField', 'is unknown');
    }
  }
  const { rememberMin, rememberMax } = policy;
  if (typeof rememberMin === 'number' && typeof rememberMax === 'number') {
    if (rememberMin > rememberMax) {
      const must = 'must not be greater than rememberMax';
      addFault(faults, 'policy.rememberMin', 'AboveMaximum', must);
    }
  }
  return faults;
}

function checkLimit(faults: SettingsFault[], name: keyof SettingsPolicy, value: unknown): void {
  const field = `policy.${name}`;
  if (name === 'overrun') {
    if (OVERRUNS.some((overrun) => overrun === value)) return;
    const values = OVERRUNS.join(', ');
    return addFault(faults, field, 'NotOneOf', `must be one of ${values}`, { values });
  }
  const max = LIMITS_MAX[name];
  if (isWholeNumber(value, 0, max ?? Number.MAX_SAFE_INTEGER)) return;
  if (max === undefined) {
    addFault(faults, field, 'NotAWholeNumber', 'must be a whole number, 0 or more', { min: 0 });
  } else {
    addFault(faults, field, 'NotInRange', `must be a whole number, 0 to ${max}`, { min: 0, max });
  }
}

const NOTICE_LISTS = [
  { name: 'lowBalance', countMax: 10, max: 2_000_000_000 },
  { name: 'expiringSoonDays', countMax: 5, max: 365 },
] as const;

export function noticesFaults(notices: unknown): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  if (!isObject(notices)) {
    const must = 'must be an object of lowBalance and expiringSoonDays';
    addFault(faults, 'notices', 'NotAnObject', must);
    return faults;
  }
  for (const { name, countMax, max } of NOTICE_LISTS) {
    const list: unknown = notices[name];
    const isGood =
      Array.isArray(list) &&
      list.length <= countMax &&
      list.every((value, place) => isWholeNumber(value, 1, max) && isBelow(value, list[place - 1]));
    if (isGood) continue;
    const must = `must be a list of at most ${countMax} whole numbers, 1 to ${max}, each lower than the one before`;
    addFault(faults, `notices.${name}`, 'NotFalling', must, { count: countMax, max });
  }
  for (const name of Object.keys(notices)) {
    if (!NOTICE_LISTS.some((list) => list.name === name)) {
      addFault(faults, `notices.${name}`, 'UnknownField', 'is unknown');
    }
  }
  return faults;
}

const isBelow = (value: number, before: unknown): boolean =>
  typeof before !== 'number' || value < before;
