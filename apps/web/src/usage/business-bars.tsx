import { SOURCE_TYPES, type SourceType, type UsageBySourceType } from '#contracts';
import { inPoints, inSeconds } from '../format/rows.js';
import { useWords } from '../words/use-words.js';

type BusinessUsed = UsageBySourceType['items'][number];

interface BusinessBarsProps {
  readonly items: readonly BusinessUsed[];
  readonly chosen: SourceType | null;
  readonly choose: (business: SourceType | null) => void;
}

/** Every business, used or not, in the one order they always have. */
export function BusinessBars({ items, chosen, choose }: BusinessBarsProps) {
  const highest = Math.max(1, ...items.map(({ consumed }) => consumed));
  return (
    <ul className="businesses">
      {SOURCE_TYPES.map((business) => {
        const used = items.find(({ source_type }) => source_type === business);
        const isChosen = chosen === business;
        return (
          <li key={business}>
            <button
              type="button"
              className="business"
              aria-pressed={isChosen}
              onClick={() => choose(isChosen ? null : business)}
            >
              <Business
                business={business}
                used={used ?? nothingUsed(business)}
                highest={highest}
              />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const nothingUsed = (source_type: SourceType): BusinessUsed => ({
  source_type,
  consumed: 0,
  refunded: 0,
  count: 0,
  duration: 0,
});

interface BusinessProps {
  readonly business: SourceType;
  readonly used: BusinessUsed;
  readonly highest: number;
}

function Business({ business, used, highest }: BusinessProps) {
  const words = useWords();
  const { consumed, refunded, count, duration } = used;
  const widthOf = (points: number): number => (points / highest) * 100;
  const back = Math.min(refunded, consumed);
  return (
    <>
      <span className="business-name">{words.business(business)}</span>
      <span className="business-points">{inPoints(consumed)}</span>
      <svg
        className="business-bar"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect width="100" height="6" className="bar-ground" />
        <rect width={widthOf(consumed - back)} height="6" className="bar-consumed" />
        <rect
          x={widthOf(consumed - back)}
          width={widthOf(back)}
          height="6"
          className="bar-refunded"
        />
      </svg>
      <span className="business-more">
        {words.usage.count(count)}
        {duration > 0 && ` · ${inSeconds(duration)}`}
      </span>
    </>
  );
}
