import { SOURCE_TYPES } from '#contracts';
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
      {SOURCE_TYPES.map((business) => {
        const { consumed } = bar.businesses[business];
        if (consumed === 0) return null;
        below += consumed;
        return (
          <rect
            key={business}
            className="bar-business column-part"
            data-business={business}
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
