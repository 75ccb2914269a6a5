import type { Businesses } from '../businesses/businesses.js';
import { useBusinesses } from '../businesses/businesses-context.js';
import { formatPoints, formatSeconds } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import { NO_USAGE, type UsageTotals, type UsageByBusiness } from './usage-totals.js';

interface BusinessBarsProps {
  readonly businesses: UsageByBusiness;
  readonly chosen: string | null;
  readonly choose: (business: string | null) => void;
}

/** As many are listed at least, used or not, so that the list keeps its height. */
const LISTED_MIN = 5;

/** Businesses in the order of the settings, with their colours. */
export function BusinessBars({ businesses, chosen, choose }: BusinessBarsProps) {
  const all = useBusinesses();
  const highest = Math.max(1, ...[...businesses.values()].map(({ consumed }) => consumed));
  return (
    <ul className="businesses">
      {listedBusinesses(all, businesses, chosen).map((business) => {
        const isChosen = chosen === business;
        return (
          <li key={business}>
            <button
              type="button"
              className="business"
              aria-pressed={isChosen}
              onClick={() => choose(isChosen ? null : business)}
            >
              <BusinessBar
                business={business}
                usage={businesses.get(business) ?? NO_USAGE}
                highest={highest}
              />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Those that were used or are chosen, and others that may be used, as far as there is room. */
function listedBusinesses(
  all: Businesses,
  used: UsageByBusiness,
  chosen: string | null,
): readonly string[] {
  const shown = new Set([...used.keys(), ...(chosen === null ? [] : [chosen])]);
  for (const { code, retired } of all.all) {
    if (shown.size >= LISTED_MIN) break;
    if (!retired) shown.add(code);
  }
  return all.inOrder(shown);
}

interface BusinessBarProps {
  readonly business: string;
  readonly usage: UsageTotals;
  readonly highest: number;
}

function BusinessBar({ business, usage, highest }: BusinessBarProps) {
  const messages = useMessages();
  const businesses = useBusinesses();
  const { consumed, refunded, count, duration } = usage;
  const widthOf = (points: number): number => (points / highest) * 100;
  const refundedPart = Math.min(refunded, consumed);
  return (
    <>
      <span
        className="business-name"
        data-business={business}
        data-colour={businesses.colourOf(business)}
      >
        {businesses.nameOf(business)}
      </span>
      <span className="business-points">{formatPoints(consumed)}</span>
      <svg
        className="business-bar"
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        aria-hidden="true"
        data-colour={businesses.colourOf(business)}
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
