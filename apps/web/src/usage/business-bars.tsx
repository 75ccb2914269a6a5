import { SOURCE_TYPES, type SourceType } from '#contracts';
import { formatPoints, formatSeconds } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import type { UsageTotals, UsageByBusiness } from './usage-totals.js';

interface BusinessBarsProps {
  readonly businesses: UsageByBusiness;
  readonly chosen: SourceType | null;
  readonly choose: (business: SourceType | null) => void;
}

/** All businesses in a fixed order, with their colours, used or not. */
export function BusinessBars({ businesses, chosen, choose }: BusinessBarsProps) {
  const highest = Math.max(1, ...Object.values(businesses).map(({ consumed }) => consumed));
  return (
    <ul className="businesses">
      {SOURCE_TYPES.map((business) => {
        const isChosen = chosen === business;
        return (
          <li key={business}>
            <button
              type="button"
              className="business"
              aria-pressed={isChosen}
              onClick={() => choose(isChosen ? null : business)}
            >
              <BusinessBar business={business} usage={businesses[business]} highest={highest} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface BusinessBarProps {
  readonly business: SourceType;
  readonly usage: UsageTotals;
  readonly highest: number;
}

function BusinessBar({ business, usage, highest }: BusinessBarProps) {
  const messages = useMessages();
  const { consumed, refunded, count, duration } = usage;
  const widthOf = (points: number): number => (points / highest) * 100;
  const refundedPart = Math.min(refunded, consumed);
  return (
    <>
      <span className="business-name" data-business={business}>
        {messages.business(business)}
      </span>
      <span className="business-points">{formatPoints(consumed)}</span>
      <svg
        className="business-bar"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        aria-hidden="true"
        data-business={business}
      >
        <rect width="100" height="6" className="bar-ground" />
        <rect width={widthOf(consumed - refundedPart)} height="6" className="bar-business" />
        <rect
          x={widthOf(consumed - refundedPart)}
          width={widthOf(refundedPart)}
          height="6"
          className="bar-business bar-back"
        />
      </svg>
      <span className="business-more">
        {messages.usage.count(count)}
        {duration > 0 && ` · ${formatSeconds(duration)}`}
      </span>
    </>
  );
}
