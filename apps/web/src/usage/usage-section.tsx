import { useMemo, useState } from 'react';
import { inPoints } from '../format/rows.js';
import { FailureLine } from '../components/failure-notice.js';
import { Waiting } from '../components/skeleton.js';
import type { Filter } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';
import { BusinessBars } from './business-bars.js';
import { dayBars } from './day-bars.js';
import { DayChart } from './day-chart.js';
import { DAYS_SHOWN, type UsageView } from './use-usage.js';
import { byBusiness, sumOf } from './used.js';

interface UsageSectionProps {
  readonly usage: UsageView;
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

export function UsageSection({ usage, filter, setFilter }: UsageSectionProps) {
  const messages = useMessages();
  const { used, from, to, isRecent } = usage;
  const { business } = filter;
  const span = isRecent ? messages.usage.last(DAYS_SHOWN) : messages.usage.span(from, to);
  const items = useMemo(() => used.value?.items ?? [], [used.value]);
  // The chart shows the business that is filtered; beside it stand all of them, to choose from.
  const bars = useMemo(() => {
    const isWanted = ({ source_type }: (typeof items)[number]): boolean =>
      business === null || source_type === business;
    return dayBars(items.filter(isWanted), from, to);
  }, [items, business, from, to]);
  const [pointedDay, pointDay] = useState<string | null>(null);
  const pointed = bars.find((bar) => bar.from === pointedDay) ?? null;
  const businesses = useMemo(
    () =>
      byBusiness(
        pointed === null
          ? items
          : items.filter(({ day }) => day >= pointed.from && day <= pointed.to),
      ),
    [items, pointed],
  );
  const { consumed, refunded } = sumOf(bars);
  const isWaiting = used.value === null && used.failure === null;
  return (
    <section className="usage" aria-labelledby="usage-title">
      <div className="card chart-card">
        <div className="chart-head">
          <h2 className="card-title" id="usage-title">
            {messages.usage.title}{' '}
            <small>{business === null ? span : `${messages.business(business)} · ${span}`}</small>
          </h2>
          {used.value !== null && (
            <dl className="totals">
              <div className="total total-consumed">
                <dt>{messages.usage.consumed}</dt>
                <dd>{inPoints(consumed)}</dd>
              </div>
              <div className="total total-refunded">
                <dt>{messages.usage.refunded}</dt>
                <dd>{inPoints(refunded)}</dd>
              </div>
            </dl>
          )}
        </div>
        {used.failure !== null && <FailureLine failure={used.failure} retry={used.again} />}
        {isWaiting && <Waiting lines={5} />}
        {used.value !== null && (
          <DayChart
            bars={bars}
            pointed={pointed}
            point={(bar) => pointDay(bar?.from ?? null)}
            span={span}
            choose={(bar) => setFilter({ ...filter, from: bar.from, to: bar.to })}
          />
        )}
      </div>
      <div className="card">
        <h2 className="card-title">
          {messages.usage.businesses}
          {pointed !== null && <small>{messages.usage.span(pointed.from, pointed.to)}</small>}
        </h2>
        {isWaiting && <Waiting lines={5} />}
        {used.value !== null && (
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
