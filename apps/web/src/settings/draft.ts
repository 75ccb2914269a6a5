import { DEFAULT_SETTINGS_POLICY, type SettingsVersion } from '#contracts';
import type { Business } from '../businesses/businesses.js';

/** A price as it is typed. */
export interface PriceDraft {
  readonly points: string;
  readonly per: string;
  readonly step: string;
  readonly minimum: string;
  readonly rounding: NonNullable<Business['price']>['rounding'];
}

export interface BusinessDraft {
  readonly code: string;
  readonly label: string;
  readonly unit: string;
  readonly price: PriceDraft | null;
  readonly retired: boolean;
  /** Its code and its unit may still be changed. */
  readonly isNew: boolean;
}

/** The next version of the settings as it is typed: everything but choices is text. */
export interface Draft {
  readonly version: number;
  /** A time in the reader's time zone, as an input has it. */
  readonly from: string;
  readonly note: string;
  readonly rules: number;
  readonly policy: Readonly<Record<string, string>>;
  readonly businesses: readonly BusinessDraft[];
  readonly notices: Readonly<Record<keyof SettingsVersion['notices'], string>>;
  /** Turn rules 2 on although senders may settle pre-deductions that nobody named. */
  readonly accept: boolean;
}

/** The earliest moment is 6 minutes after the publication, which takes a while to prepare. */
const AHEAD_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

export const NEW_PRICE: PriceDraft = {
  points: '1',
  per: '1',
  step: '',
  minimum: '1',
  rounding: 'up',
};

export const NEW_BUSINESS: BusinessDraft = {
  code: '',
  label: '',
  unit: 'call',
  price: NEW_PRICE,
  retired: false,
  isNew: true,
};

export function draftAfter(newest: SettingsVersion, nowMs: number): Draft {
  const { version, rules, policy, businesses, notices } = newest;
  const earliestMs = Math.max(nowMs + AHEAD_MS, Date.parse(newest.from) + MINUTE_MS);
  return {
    version: version + 1,
    from: toLocalMinute(earliestMs),
    note: '',
    rules,
    policy: Object.fromEntries(
      Object.entries(policy).map(([name, value]) => [name, String(value)]),
    ),
    businesses: businesses.map((business) => ({
      ...business,
      price: business.price === null ? null : toPriceDraft(business.price),
      isNew: false,
    })),
    notices: {
      lowBalance: notices.lowBalance.join(', '),
      expiringSoonDays: notices.expiringSoonDays.join(', '),
    },
    accept: false,
  };
}

/** A limit whose default is another one by these rules follows it, unless it was set to anything else. */
export function withRules(draft: Draft, rules: number): Draft {
  const [before, after] = [defaultsOf(draft.rules), defaultsOf(rules)];
  const policy = Object.entries(draft.policy).map(([name, text]): [string, string] => [
    name,
    text === before.get(name) ? (after.get(name) ?? text) : text,
  ]);
  return { ...draft, rules, policy: Object.fromEntries(policy) };
}

const defaultsOf = (rules: number): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(DEFAULT_SETTINGS_POLICY[rules === 1 ? 1 : 2]).map(([name, value]) => [
      name,
      String(value),
    ]),
  );

const toPriceDraft = ({ step, minimum, ...price }: NonNullable<Business['price']>): PriceDraft => ({
  ...price,
  step: step ?? '',
  minimum: String(minimum),
});

/** The body to publish. What can't be read as a number is sent as it is, and the API names its field. */
export function toBody(draft: Draft): Readonly<Record<string, unknown>> {
  const { version, from, note, rules, policy, businesses, notices, accept } = draft;
  return {
    ...(accept && { accept }),
    version,
    from: toInstant(from),
    note: note.trim() === '' ? null : note.trim(),
    rules,
    policy: Object.fromEntries(
      Object.entries(policy).map(([name, value]) => [name, toNumberOrText(value)]),
    ),
    businesses: businesses.map(({ code, label, unit, price, retired }) => ({
      code: code.trim(),
      label: label.trim(),
      unit: unit.trim(),
      price: price === null ? null : toPrice(price),
      retired,
    })),
    notices: {
      lowBalance: toNumbers(notices.lowBalance),
      expiringSoonDays: toNumbers(notices.expiringSoonDays),
    },
  };
}

const toPrice = ({ points, per, step, minimum, rounding }: PriceDraft) => ({
  points: points.trim(),
  per: per.trim(),
  step: step.trim() === '' ? null : step.trim(),
  minimum: toNumberOrText(minimum),
  rounding,
});

const toNumberOrText = (text: string): number | string =>
  /^\d{1,16}$/.test(text.trim()) ? Number(text.trim()) : text.trim();

const toNumbers = (text: string): readonly (number | string)[] =>
  text
    .split(/[,，\s]+/u)
    .filter((part) => part !== '')
    .map(toNumberOrText);

const two = (number: number): string => String(number).padStart(2, '0');

/** Rounded up to a whole minute. */
function toLocalMinute(ms: number): string {
  const date = new Date(Math.ceil(ms / MINUTE_MS) * MINUTE_MS);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function toInstant(local: string): string {
  const ms = new Date(local).getTime();
  return Number.isNaN(ms) ? local : new Date(ms).toISOString();
}
