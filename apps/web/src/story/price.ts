import type { ConsumptionStory } from '#contracts';
import { formatPoints } from '../format/points.js';
import type { Messages } from '../i18n/messages.js';

type ShownPrice = Pick<
  NonNullable<ConsumptionStory['price']>,
  'unit' | 'points' | 'per' | 'step' | 'minimum' | 'rounding'
>;

export const unitName = (unit: string, { story }: Messages): string => story.units[unit] ?? unit;

export const perUnit = ({ points, per, unit }: ShownPrice, messages: Messages): string =>
  messages.story.priceOf(formatDecimal(per), unitName(unit, messages), formatDecimal(points));

/** A price with its step, its minimum and how it is rounded. */
export function describePrice(price: ShownPrice, messages: Messages): string {
  const { story, lang } = messages;
  const { step, unit, minimum, rounding } = price;
  return [
    perUnit(price, messages),
    ...(step === null ? [] : [story.step(formatDecimal(step), unitName(unit, messages))]),
    story.roundings[rounding],
    ...(minimum > 1 ? [story.minimum(minimum)] : []),
  ].join(lang === 'en' ? ', ' : '，');
}

/** Decimals are text, of which no digit may be lost. */
function formatDecimal(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.');
  const grouped = formatPoints(Number(whole));
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
