import type { KeyboardEvent } from 'react';
import type { Businesses } from '../businesses/businesses.js';
import { useBusinesses } from '../businesses/businesses-context.js';
import { formatPoints, formatSeconds } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { ChartColumn } from './chart-column.js';
import { ChartTable } from './chart-table.js';
import { axisTop, type Bar } from './day-bars.js';
import { sumTotals } from './usage-totals.js';

const WIDTH = 720;
const HEIGHT = 180;
const LINES = [0, 0.5, 1] as const;

interface DayChartProps {
  readonly bars: readonly Bar[];
  readonly span: string;
  readonly highlighted: Bar | null;
  readonly highlight: (bar: Bar | null) => void;
  readonly choose: (bar: Bar) => void;
}

/** A stacked column for each day, with one part for each business. */
export function DayChart({ bars, span, highlighted, highlight, choose }: DayChartProps) {
  const messages = useMessages();
  const businesses = useBusinesses();
  const top = axisTop(Math.max(0, ...bars.map(({ consumed }) => consumed)));
  const { consumed, refunded } = sumTotals(bars);
  const label = messages.usage.chart(span, formatPoints(consumed), formatPoints(refunded));
  const at =
    highlighted === null
      ? bars.length - 1
      : bars.findIndex(({ from }) => from === highlighted.from);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = KEY_MOVES[event.key]?.(at, bars.length - 1);
    const bar = bars[at];
    if (next !== undefined) highlight(bars[next] ?? null);
    else if (event.key === 'Enter' && bar !== undefined) choose(bar);
    else return;
    event.preventDefault();
  };
  return (
    <figure className="chart">
      <div className="chart-plot">
        <div className="chart-axis" aria-hidden="true">
          {LINES.map((part) => (
            <span key={part}>{Number.isInteger(top * part) ? formatPoints(top * part) : ''}</span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-valuemin={1}
          aria-valuemax={bars.length}
          aria-valuenow={at + 1}
          aria-valuetext={describeBar(bars[at], messages, businesses)}
          onFocus={() => highlight(bars[at] ?? null)}
          onBlur={() => highlight(null)}
          onKeyDown={onKeyDown}
          onPointerLeave={() => highlight(null)}
        >
          {LINES.map((part) => (
            <line
              key={part}
              className={part === 0 ? 'chart-base' : 'chart-line'}
              x2={WIDTH}
              y1={HEIGHT * (1 - part)}
              y2={HEIGHT * (1 - part)}
            />
          ))}
          {bars.map((bar, nth) => (
            <ChartColumn
              key={bar.from}
              bar={bar}
              x={(WIDTH / bars.length) * nth}
              width={WIDTH / bars.length}
              height={HEIGHT}
              top={top}
              isHighlighted={highlighted?.from === bar.from}
              highlight={() => highlight(bar)}
              choose={() => choose(bar)}
            />
          ))}
        </svg>
        {consumed === 0 && <p className="chart-none">{messages.usage.none}</p>}
      </div>
      <div className="chart-days" aria-hidden="true">
        <span>{bars[0]?.from}</span>
        <span className="chart-pointed">
          {highlighted === null ? messages.usage.onlyDay : <HighlightedBar bar={highlighted} />}
        </span>
        <span>{bars.at(-1)?.to}</span>
      </div>
      <ChartTable bars={bars} caption={label} />
    </figure>
  );
}

const KEY_MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, last) => Math.min(last, at + 1),
  Home: () => 0,
  End: (_, last) => last,
};

function describeBar(bar: Bar | undefined, { usage }: Messages, businesses: Businesses): string {
  if (bar === undefined) return '';
  const { from, to, consumed, refunded, businesses: totals } = bar;
  const parts = businesses.inOrder(totals.keys()).flatMap((one) => {
    const points = totals.get(one)?.consumed ?? 0;
    return points > 0 ? [`${businesses.nameOf(one)} ${formatPoints(points)}`] : [];
  });
  const breakdown = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  const refundedPart = refunded > 0 ? `, ${usage.refunded} ${formatPoints(refunded)}` : '';
  return `${usage.span(from, to)}: ${usage.consumed} ${formatPoints(consumed)}${breakdown}${refundedPart}`;
}

function HighlightedBar({ bar }: { readonly bar: Bar }) {
  const messages = useMessages();
  const { consumed, refunded, duration } = bar;
  return (
    <>
      <b>{messages.usage.span(bar.from, bar.to)}</b>
      {` ${messages.usage.consumed} ${formatPoints(consumed)}`}
      {refunded > 0 && ` · ${messages.usage.refunded} ${formatPoints(refunded)}`}
      {duration > 0 && ` · ${formatSeconds(duration)}`}
    </>
  );
}
