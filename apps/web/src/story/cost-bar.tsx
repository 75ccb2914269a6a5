import type { ConsumptionStory } from '#contracts';
import { formatPoints } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import { costOf } from './explanation.js';

/** Estimate, actual cost and refund of a consumption, to scale. */
export function CostBar({ consumption }: { readonly consumption: ConsumptionStory }) {
  const { story } = useMessages();
  const { estimate, actual, status } = consumption;
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
        {status !== 'open' && <Figure label={story.net} points={net} name="net" />}
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly label: string;
  readonly points: number | null;
  readonly name: string;
  readonly pending?: string;
}

function Figure({ label, points, name, pending = '-' }: FigureProps) {
  return (
    <div className={`figure figure-${name}`}>
      <dt>{label}</dt>
      <dd data-testid={name}>{points === null ? pending : formatPoints(points)}</dd>
    </div>
  );
}
