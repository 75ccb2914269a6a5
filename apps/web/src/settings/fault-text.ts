import type { FieldError, SettingsFaultCode } from '#contracts';
import { formatPoints } from '../format/points.js';
import { formatLocalTime } from '../format/time.js';
import type { Messages } from '../i18n/messages.js';
import type { BusinessDraft } from './draft.js';

/** What is wrong with a field, in the reader's language. An unknown kind of error is told as the API does. */
export function faultText({ code, details = {}, reason }: FieldError, messages: Messages): string {
  const { faults } = messages.settings;
  if (!isKnown(code, faults)) return reason;
  return faults[code]((name) => formatDetail(details[name] ?? ''));
}

const isKnown = (
  code: string | undefined,
  faults: Messages['settings']['faults'],
): code is SettingsFaultCode => code !== undefined && Object.hasOwn(faults, code);

const INSTANT = /^\d{4}-\d\d-\d\dT.*Z$/;

function formatDetail(value: string | number): string {
  if (typeof value === 'number') return formatPoints(value);
  return INSTANT.test(value) ? formatLocalTime(value) : value;
}

/** A field as the form names it; one that the form does not have, as the API does. */
export function fieldName(
  field: string,
  businesses: readonly BusinessDraft[],
  messages: Messages,
): string {
  const { settings } = messages;
  const [, place, column = ''] = /^businesses\[(\d+)\]\.(?:price\.)?(\w+)$/.exec(field) ?? [];
  if (place !== undefined) {
    const { code, label } = businesses[Number(place)] ?? { code: '', label: '' };
    return settings.cell(code === '' ? label : code, columnName(column, messages));
  }
  const [, part, name = ''] = /^(policy|notices)\.(\w+)$/.exec(field) ?? [];
  if (part === 'policy') return nameFrom(settings.limitNames, name);
  if (part === 'notices') return nameFrom(settings.noticeNames, name);
  const { from, note, rules, businesses: all } = settings;
  return nameFrom({ from, note, rules, businesses: all, accept: rules }, field);
}

function columnName(column: string, { settings }: Messages): string {
  const { code, label, unit, price, retired, priceFields } = settings;
  return nameFrom({ code, label, unit, price, retired, ...priceFields }, column);
}

const nameFrom = (names: Readonly<Record<string, string>>, name: string): string =>
  (Object.hasOwn(names, name) ? names[name] : undefined) ?? name;
