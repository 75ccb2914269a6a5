import type { ConsumptionStory } from '#contracts';
import { Field } from '../components/field.js';
import { formatPoints, formatQuantity } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import { describePrice, perUnit, unitName } from './price.js';
import { pricedPoints } from './priced-points.js';

/** How the points follow from a price and a quantity. */
export function Pricing({ consumption }: { readonly consumption: ConsumptionStory }) {
  const messages = useMessages();
  const { story, audit } = messages;
  const { price, quantity } = consumption;
  if (price === null && quantity === null) return null;
  const unit = unitName(price?.unit ?? '', messages);
  const points = pricedPoints(consumption);
  return (
    <section className="story-part" data-testid="pricing">
      <h3>{story.pricing}</h3>
      <dl className="facts">
        <Field label={story.quantity}>
          {quantity === null ? null : `${formatQuantity(quantity)} ${unit}`.trimEnd()}
        </Field>
        {price !== null && (
          <>
            <Field label={story.price}>{describePrice(price, messages)}</Field>
            <Field label={story.product}>
              {points === null || quantity === null
                ? null
                : `${formatQuantity(quantity)} ${unit} × ${perUnit(price, messages)} = ${formatPoints(points)}`}
            </Field>
            <Field label={story.priceSettings}>{audit.settingsVersion(price.settings)}</Field>
          </>
        )}
      </dl>
    </section>
  );
}
