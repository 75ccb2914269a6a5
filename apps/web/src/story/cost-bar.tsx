import type { ConsumptionStory } from '#contracts';
import { useMessages } from '../i18n/language.js';
import { costOf } from './cost.js';
import { Figure } from './figure.js';

/** Estimate, actual cost and refund of a consumption, to scale. */
export function CostBar({ consumption }: { readonly consumption: ConsumptionStory }) {
  const { story } = useMessages();
  const { estimate, actual, status, owed, uncollected } = consumption;
  const { drawn, refunded, net } = costOf(consumption);
  const whole = Math.max(1, drawn);
  return (
    <section className="cost" aria-label={story.cost}>
      <svg className="cost-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="8" className="bar-ground" />
        <rect
          width={(net / whole) * 100}
          height="8"
          className={status === 'open' ? 'bar-held' : 'bar-consumed'}
        />
        <rect
          x={(net / whole) * 100}
          width={(refunded / whole) * 100}
          height="8"
          className="bar-refunded"
        />
      </svg>
      <dl className="cost-figures">
        {estimate !== null && <Figure label={story.estimate} points={estimate} name="estimate" />}
        {estimate !== null && (
          <Figure
            label={story.actual}
            points={actual}
            name="actual"
            pending={status === 'open' ? story.pending : '-'}
          />
        )}
        {estimate === null && <Figure label={story.drawn} points={drawn} name="drawn" />}
        <Figure label={story.returned} points={refunded} name="refunded" />
        {owed > 0 && <Figure label={story.owed} points={owed} name="owed" />}
        {uncollected > 0 && (
          <Figure label={story.uncollected} points={uncollected} name="uncollected" />
        )}
        {status !== 'open' && <Figure label={story.net} points={net} name="net" />}
      </dl>
    </section>
  );
}
