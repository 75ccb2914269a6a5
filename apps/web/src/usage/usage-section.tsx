import { useMemo, useState } from 'react';
import type { LedgerApi } from '../api/ledger-api.js';
import { inPoints } from '../format/rows.js';
import { FailureLine } from '../parts/failure-notice.js';
import { Waiting } from '../parts/waiting.js';
import type { Filter } from '../place/filter.js';
import { useWords } from '../words/use-words.js';
import { BusinessBars } from './business-bars.js';
import { dayBars, type Bar } from './day-bars.js';
import { DayChart } from './day-chart.js';
import { DAYS_SHOWN, useUsageOfDay, type UsageView } from './use-usage.js';

interface UsageSectionProps {
  readonly api: LedgerApi;
  readonly usage: UsageView;
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
}

export function UsageSection({ api, usage, filter, setFilter }: UsageSectionProps) {
  const words = useWords();
  const { days, businesses, from, to, isRecent } = usage;
  const span = isRecent ? words.usage.last(DAYS_SHOWN) : words.usage.span(from, to);
  const items = useMemo(() => days.value?.items ?? [], [days.value]);
  const bars = useMemo(() => dayBars(items, from, to), [items, from, to]);
  const [pointed, point] = useState<Bar | null>(null);
  const ofDay = useUsageOfDay(api, pointed);
  const consumed = items.reduce((sum, day) => sum + day.consumed, 0);
  const refunded = items.reduce((sum, day) => sum + day.refunded, 0);
  return (
    <section className="usage" aria-labelledby="usage-title">
      <div className="card chart-card">
        <div className="chart-head">
          <h2 className="card-title" id="usage-title">
            {words.usage.title} <small>{span}</small>
          </h2>
          {days.value !== null && (
            <dl className="totals">
              <div className="total total-consumed">
                <dt>{words.usage.consumed}</dt>
                <dd>{inPoints(consumed)}</dd>
              </div>
              <div className="total total-refunded">
                <dt>{words.usage.refunded}</dt>
                <dd>{inPoints(refunded)}</dd>
              </div>
            </dl>
          )}
        </div>
        {days.failure !== null && <FailureLine failure={days.failure} retry={days.again} />}
        {days.value === null && days.failure === null && <Waiting lines={5} />}
        {days.value !== null && (
          <DayChart
            bars={bars}
            pointed={pointed}
            point={point}
            span={span}
            choose={(bar) => setFilter({ ...filter, from: bar.from, to: bar.to })}
          />
        )}
      </div>
      <div className="card">
        <h2 className="card-title">
          {words.usage.businesses}
          {ofDay !== null && <small>{words.usage.span(ofDay.bar.from, ofDay.bar.to)}</small>}
        </h2>
        {businesses.failure !== null && (
          <FailureLine failure={businesses.failure} retry={businesses.again} />
        )}
        {businesses.value === null && businesses.failure === null && <Waiting lines={5} />}
        {businesses.value !== null && (
          <BusinessBars
            items={ofDay?.items ?? businesses.value.items}
            chosen={filter.business}
            choose={(business) => setFilter({ ...filter, business })}
          />
        )}
      </div>
    </section>
  );
}
