import { useMemo, useState } from 'react';
import { formatPoints } from '../format/points.js';
import { FailureLine } from '../components/failure-notice.js';
import { Skeleton } from '../components/skeleton.js';
import type { Filter } from '../routing/filter.js';
import { useBusinesses } from '../businesses/businesses-context.js';
import { useMessages } from '../i18n/language.js';
import { BusinessBars } from './business-bars.js';
import { dayBars } from './day-bars.js';
import { DayChart } from './day-chart.js';
import { RECENT_DAYS, type UsageView } from './use-usage.js';
import { groupByBusiness, sumTotals } from './usage-totals.js';

interface UsageSectionProps {
  readonly usage: UsageView;
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

export function UsageSection({ usage, filter, setFilter }: UsageSectionProps) {
  const messages = useMessages();
  const names = useBusinesses();
  const { query, from, to, isRecent } = usage;
  const { business } = filter;
  const span = isRecent ? messages.usage.last(RECENT_DAYS) : messages.usage.span(from, to);
  const items = useMemo(() => query.value?.items ?? [], [query.value]);
  // The chart shows the filtered business; the list beside it shows all of them.
  const bars = useMemo(() => {
    const isOfBusiness = ({ source_type }: (typeof items)[number]): boolean =>
      business === null || source_type === business;
    return dayBars(items.filter(isOfBusiness), from, to);
  }, [items, business, from, to]);
  const [highlightedDay, setHighlightedDay] = useState<string | null>(null);
  const highlighted = bars.find((bar) => bar.from === highlightedDay) ?? null;
  const businesses = useMemo(
    () =>
      groupByBusiness(
        highlighted === null
          ? items
          : items.filter(({ day }) => day >= highlighted.from && day <= highlighted.to),
      ),
    [items, highlighted],
  );
  const { consumed, refunded } = sumTotals(bars);
  const isWaiting = query.value === null && query.failure === null;
  return (
    <section className="usage" aria-labelledby="usage-title">
      <div className="card chart-card">
        <div className="chart-head">
          <h2 className="card-title" id="usage-title">
            {messages.usage.title}{' '}
            <small>{business === null ? span : `${names.nameOf(business)} · ${span}`}</small>
          </h2>
          {query.value !== null && (
            <dl className="totals">
              <div className="total total-consumed">
                <dt>{messages.usage.consumed}</dt>
                <dd>{formatPoints(consumed)}</dd>
              </div>
              <div className="total total-refunded">
                <dt>{messages.usage.refunded}</dt>
                <dd>{formatPoints(refunded)}</dd>
              </div>
            </dl>
          )}
        </div>
        {query.failure !== null && <FailureLine failure={query.failure} retry={query.refetch} />}
        {isWaiting && <Skeleton lines={5} />}
        {query.value !== null && (
          <DayChart
            bars={bars}
            highlighted={highlighted}
            highlight={(bar) => setHighlightedDay(bar?.from ?? null)}
            span={span}
            choose={(bar) => setFilter({ ...filter, from: bar.from, to: bar.to })}
          />
        )}
      </div>
      <div className="card">
        <h2 className="card-title">
          {messages.usage.businesses}
          {highlighted !== null && (
            <small>{messages.usage.span(highlighted.from, highlighted.to)}</small>
          )}
        </h2>
        {isWaiting && <Skeleton lines={5} />}
        {query.value !== null && (
          <BusinessBars
            businesses={businesses}
            chosen={business}
            choose={(chosen) => setFilter({ ...filter, business: chosen })}
          />
        )}
      </div>
    </section>
  );
}
