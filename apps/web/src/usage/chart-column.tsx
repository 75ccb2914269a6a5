import { useBusinesses } from '../businesses/businesses-context.js';
import type { Bar } from './day-bars.js';

const GAP = 0.32;

interface ChartColumnProps {
  readonly bar: Bar;
  readonly x: number;
  readonly width: number;
  readonly height: number;
  /** The points of a column of full height. */
  readonly top: number;
  readonly isHighlighted: boolean;
  readonly highlight: () => void;
  readonly choose: () => void;
}

/** A stacked column with one part for each business used. */
export function ChartColumn(props: ChartColumnProps) {
  const { bar, x, width, height, top, isHighlighted, highlight, choose } = props;
  const businesses = useBusinesses();
  const heightOf = (points: number): number => (points / top) * height;
  let below = 0;
  return (
    <g
      className="column"
      data-day={bar.from}
      data-pointed={isHighlighted || undefined}
      onPointerEnter={highlight}
      onClick={choose}
    >
      <rect x={x} width={width} height={height} className="column-ground" />
      {businesses.inOrder(bar.businesses.keys()).map((business) => {
        const consumed = bar.businesses.get(business)?.consumed ?? 0;
        if (consumed === 0) return null;
        below += consumed;
        return (
          <rect
            key={business}
            className="bar-business column-part"
            data-business={business}
            data-colour={businesses.colourOf(business)}
            x={x + (width * GAP) / 2}
            width={width * (1 - GAP)}
            y={height - heightOf(below)}
            height={heightOf(consumed)}
          />
        );
      })}
    </g>
  );
}
