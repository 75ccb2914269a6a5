import type { Business } from './business.js';
import { businessFaults } from './validate-businesses.js';
import { noticesFaults, policyFieldFaults } from './validate-limits.js';
import { addFault, isObject, isText, isTime, type SettingsFault } from './settings-fault.js';
import {
  BEGINNING_OF_TIME,
  FIRST_BUSINESSES,
  PUBLISHED_AHEAD_SECONDS,
  RULES_NUMBERS,
  type PublishedSettings,
  type RulesNumber,
} from './settings.js';
import { plusSeconds } from '../support/time.js';

const BY_MAX = 128;
const NOTE_MAX = 500;

/** What a publisher says. The version and `at` are the store's to say. */
export type SettingsDraft = Omit<PublishedSettings, 'version' | 'at'>;

const DRAFT_FIELDS = ['from', 'by', 'note', 'rules', 'policy', 'businesses', 'notices'] as const;

interface Publication {
  /** The version before; null: it is the first. */
  readonly before: PublishedSettings | null;
  /** The clock of the store. */
  readonly at: string;
}

/** Everything that is wrong with the next version of the settings; empty: it can be published. */
export function settingsFaults(
  draft: unknown,
  { before, at }: Publication,
): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  if (!isObject(draft)) {
    const must = 'must be a JSON object: a whole version of the settings';
    addFault(faults, 'settings', 'NotAnObject', must);
    return faults;
  }
  for (const field of Object.keys(draft)) {
    if (!(DRAFT_FIELDS as readonly string[]).includes(field)) {
      addFault(faults, field, 'UnknownField', 'is unknown');
    }
  }
  checkFrom(faults, draft['from'], before, at);
  const rules = checkRules(faults, draft['rules'], before);
  faults.push(...contentFaults(draft, before?.businesses ?? FIRST_BUSINESSES, rules));
  return faults;
}

/** What is wrong with everything that no clock and no order decides; `known`: businesses to keep. */
export function contentFaults(
  { by, note, policy, businesses, notices }: Readonly<Record<string, unknown>>,
  known: readonly Business[],
  rules: RulesNumber | null,
): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  if (!isText(by, BY_MAX)) {
    addFault(faults, 'by', 'NotAText', `must be text of 1 to ${BY_MAX} characters`, {
      max: BY_MAX,
    });
  }
  if (note !== null && !isText(note, NOTE_MAX)) {
    const must = `must be null, or text of 1 to ${NOTE_MAX} characters`;
    addFault(faults, 'note', 'NotAText', must, { max: NOTE_MAX });
  }
  faults.push(...policyFieldFaults(policy));
  faults.push(...businessFaults(businesses, known, rules));
  faults.push(...noticesFaults(notices));
  return faults;
}

function checkFrom(
  faults: SettingsFault[],
  from: unknown,
  before: PublishedSettings | null,
  at: string,
): void {
  if (!isTime(from)) {
    const must = 'must be a time in UTC with milliseconds, as 2030-01-31T00:00:00.000Z';
    addFault(faults, 'from', 'NotATime', must);
    return;
  }
  if (before === null) {
    if (from !== BEGINNING_OF_TIME) {
      const must = `must be ${BEGINNING_OF_TIME} for the first version`;
      addFault(faults, 'from', 'NotTheBeginning', must, { first: BEGINNING_OF_TIME });
    }
    return;
  }
  if (from <= before.from) {
    const { version, from: fromBefore } = before;
    const must = `must be later than ${fromBefore}, from which version ${version} is in force`;
    addFault(faults, 'from', 'NotLater', must, { version, from: fromBefore });
  }
  const earliest = plusSeconds(at, PUBLISHED_AHEAD_SECONDS);
  if (from < earliest) {
    const must = `must be 6 minutes ahead, ${earliest} or later`;
    addFault(faults, 'from', 'TooSoon', must, { earliest });
  }
}

/** The rules that the draft names; null: they are not known. */
function checkRules(
  faults: SettingsFault[],
  rules: unknown,
  before: PublishedSettings | null,
): RulesNumber | null {
  const known = RULES_NUMBERS.find((number) => number === rules);
  if (known === undefined) {
    const values = RULES_NUMBERS.join(', ');
    addFault(faults, 'rules', 'NotOneOf', `must be one of ${values}`, { values });
    return null;
  }
  if (before !== null && known < before.rules) {
    const must = `must not be lower than ${before.rules}, those of the version before`;
    addFault(faults, 'rules', 'LowerRules', must, { rules: before.rules });
  }
  return known;
}
