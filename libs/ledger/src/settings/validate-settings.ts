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
    addFault(faults, 'settings', 'must be a JSON object: a whole version of the settings');
    return faults;
  }
  for (const field of Object.keys(draft)) {
    if (!(DRAFT_FIELDS as readonly string[]).includes(field)) addFault(faults, field, 'is unknown');
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
  if (!isText(by, BY_MAX)) addFault(faults, 'by', `must be text of 1 to ${BY_MAX} characters`);
  if (note !== null && !isText(note, NOTE_MAX)) {
    addFault(faults, 'note', `must be null, or text of 1 to ${NOTE_MAX} characters`);
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
    addFault(
      faults,
      'from',
      'must be a time in UTC with milliseconds, as 2030-01-31T00:00:00.000Z',
    );
    return;
  }
  if (before === null) {
    if (from !== BEGINNING_OF_TIME) {
      addFault(faults, 'from', `must be ${BEGINNING_OF_TIME} for the first version`);
    }
    return;
  }
  if (from <= before.from) {
    addFault(
      faults,
      'from',
      `must be later than ${before.from}, from which version ${before.version} is in force`,
    );
  }
  const earliest = plusSeconds(at, PUBLISHED_AHEAD_SECONDS);
  if (from < earliest) addFault(faults, 'from', `must be 6 minutes ahead, ${earliest} or later`);
}

/** The rules that the draft names; null: they are not known. */
function checkRules(
  faults: SettingsFault[],
  rules: unknown,
  before: PublishedSettings | null,
): RulesNumber | null {
  const known = RULES_NUMBERS.find((number) => number === rules);
  if (known === undefined) {
    addFault(faults, 'rules', `must be one of ${RULES_NUMBERS.join(', ')}`);
    return null;
  }
  if (before !== null && known < before.rules) {
    addFault(faults, 'rules', `must not be lower than ${before.rules}, which are in force`);
  }
  return known;
}
