import { ROUNDINGS, type Business } from './business.js';
import { COMMAND_POINTS_MAX } from './limits.js';
import { FIRST_BUSINESSES, type RulesNumber } from './settings.js';
import { addFault, isObject, isText, isWholeNumber, type SettingsFault } from './settings-fault.js';

const LABEL_MAX = 64;
const WORD = /^[a-z][a-z0-9_]{0,31}$/;
/** At most 9 digits before the point and 6 after it, with no zero too many in front. */
const DECIMAL = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/;

const BUSINESS_FIELDS = ['code', 'label', 'unit', 'price', 'retired'] as const;
const PRICE_FIELDS = ['points', 'per', 'step', 'minimum', 'rounding'] as const;

/** `known`: the businesses that there were before, which can't be removed. */
export function businessFaults(
  businesses: unknown,
  known: readonly Business[],
  rules: RulesNumber | null,
): readonly SettingsFault[] {
  const faults: SettingsFault[] = [];
  if (!Array.isArray(businesses)) {
    addFault(faults, 'businesses', 'NotAList', 'must be a list of all businesses');
    return faults;
  }
  const codes = new Set<unknown>();
  businesses.forEach((business: unknown, place) => {
    const field = `businesses[${place}]`;
    if (!isObject(business)) return addFault(faults, field, 'NotAnObject', 'must be an object');
    checkBusiness(faults, field, business, known);
    if (codes.has(business['code'])) {
      addFault(faults, `${field}.code`, 'DuplicateCode', 'must not stand in the list twice');
    }
    codes.add(business['code']);
  });
  for (const { code } of known) {
    if (!codes.has(code)) {
      const must = `must have ${code}: a business is retired, never removed`;
      addFault(faults, 'businesses', 'MissingBusiness', must, { code });
    }
  }
  if (rules === 1 && !areTheFirst(businesses)) {
    const must = 'must be the five as they were: rules 1 know no others';
    addFault(faults, 'businesses', 'NotTheFirstBusinesses', must);
  }
  return faults;
}

function checkBusiness(
  faults: SettingsFault[],
  field: string,
  business: Readonly<Record<string, unknown>>,
  known: readonly Business[],
): void {
  const { code, label, unit, price, retired } = business;
  const word = 'must be 1 to 32 of a-z, 0-9 and _, and begin with a letter';
  if (!isWord(code)) addFault(faults, `${field}.code`, 'NotAWord', word);
  if (!isText(label, LABEL_MAX)) {
    const must = `must be text of 1 to ${LABEL_MAX} characters without control characters`;
    addFault(faults, `${field}.label`, 'NotAText', must, { max: LABEL_MAX });
  }
  const unitBefore = known.find((one) => one.code === code)?.unit;
  if (!isWord(unit)) addFault(faults, `${field}.unit`, 'NotAWord', word);
  else if (unitBefore !== undefined && unit !== unitBefore) {
    const must = `must be ${unitBefore}: another unit is another business`;
    addFault(faults, `${field}.unit`, 'ChangedUnit', must, { unit: unitBefore });
  }
  if (typeof retired !== 'boolean') {
    addFault(faults, `${field}.retired`, 'NotABoolean', 'must be true or false');
  }
  if (price !== null) checkPrice(faults, `${field}.price`, price);
  addUnknown(faults, field, business, BUSINESS_FIELDS);
}

function checkPrice(faults: SettingsFault[], field: string, price: unknown): void {
  if (!isObject(price)) {
    return addFault(faults, field, 'NotAnObject', 'must be an object, or null');
  }
  const decimal =
    'must be a decimal as text, above 0, with at most 9 digits before and 6 after the point';
  for (const name of ['points', 'per'] as const) {
    if (!isPositiveDecimal(price[name])) {
      addFault(faults, `${field}.${name}`, 'NotADecimal', decimal);
    }
  }
  if (price['step'] !== null && !isPositiveDecimal(price['step'])) {
    addFault(faults, `${field}.step`, 'NotADecimal', `${decimal}, or null`);
  }
  if (!isWholeNumber(price['minimum'], 1, COMMAND_POINTS_MAX)) {
    const must = `must be a whole number, 1 to ${COMMAND_POINTS_MAX}`;
    addFault(faults, `${field}.minimum`, 'NotInRange', must, { min: 1, max: COMMAND_POINTS_MAX });
  }
  if (!ROUNDINGS.some((rounding) => rounding === price['rounding'])) {
    const values = ROUNDINGS.join(', ');
    addFault(faults, `${field}.rounding`, 'NotOneOf', `must be one of ${values}`, { values });
  }
  addUnknown(faults, field, price, PRICE_FIELDS);
}

function addUnknown(
  faults: SettingsFault[],
  field: string,
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) addFault(faults, `${field}.${name}`, 'UnknownField', 'is unknown');
  }
}

const isWord = (value: unknown): boolean => typeof value === 'string' && WORD.test(value);

const isPositiveDecimal = (value: unknown): boolean =>
  typeof value === 'string' && DECIMAL.test(value) && /[1-9]/.test(value);

const areTheFirst = (businesses: readonly unknown[]): boolean =>
  businesses.length === FIRST_BUSINESSES.length &&
  FIRST_BUSINESSES.every((first) => businesses.some((business) => isSame(first, business)));

const isSame = (first: Business, business: unknown): boolean =>
  isObject(business) && BUSINESS_FIELDS.every((name) => business[name] === first[name]);
