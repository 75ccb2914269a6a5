import type { KeyboardEvent } from 'react';
import { SOURCE_TYPES } from '#contracts';
import { inPoints, inSeconds } from '../format/rows.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { ChartColumn } from './chart-column.js';
import { ChartTable } from './chart-table.js';
import { axisTop, type Bar } from './day-bars.js';
import { sumOf } from './used.js';

const WIDTH = 720;
const HEIGHT = 180;
const LINES = [0, 0.5, 1] as const;

interface DayChartProps {
  readonly bars: readonly Bar[];
  readonly span: string;
  readonly pointed: Bar | null;
  readonly point: (bar: Bar | null) => void;
  readonly choose: (bar: Bar) => void;
}

/** A column for each day: what each business consumed, on top of each other. */
export function DayChart({ bars, span, pointed, point, choose }: DayChartProps) {
  const messages = useMessages();
  const top = axisTop(Math.max(0, ...bars.map(({ consumed }) => consumed)));
  const { consumed, refunded } = sumOf(bars);
  const label = messages.usage.chart(span, inPoints(consumed), inPoints(refunded));
  const at =
    pointed === null ? bars.length - 1 : bars.findIndex(({ from }) => from === pointed.from);
  const move = (event: KeyboardEvent): void => {
    const next = NEXT[event.key]?.(at, bars.length - 1);
    const bar = bars[at];
    if (next !== undefined) point(bars[next] ?? null);
    else if (event.key === 'Enter' && bar !== undefined) choose(bar);
    else return;
    event.preventDefault();
  };
  return (
    <figure className="chart">
      <div className="chart-plot">
        <div className="chart-axis" aria-hidden="true">
          {LINES.map((part) => (
            <span key={part}>{Number.isInteger(top * part) ? inPoints(top * part) : ''}</span>
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
          aria-valuetext={inWords(bars[at], messages)}
          onFocus={() => point(bars[at] ?? null)}
          onBlur={() => point(null)}
          onKeyDown={move}
          onPointerLeave={() => point(null)}
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
              isPointed={pointed?.from === bar.from}
              point={() => point(bar)}
              choose={() => choose(bar)}
            />
          ))}
        </svg>
        {consumed === 0 && <p className="chart-none">{messages.usage.none}</p>}
      </div>
      <div className="chart-days" aria-hidden="true">
        <span>{bars[0]?.from}</span>
        <span className="chart-pointed">
          {pointed === null ? messages.usage.onlyDay : <Pointed bar={pointed} />}
        </span>
        <span>{bars.at(-1)?.to}</span>
      </div>
      <ChartTable bars={bars} caption={label} />
    </figure>
  );
}

const NEXT: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, last) => Math.min(last, at + 1),
  Home: () => 0,
  End: (_, last) => last,
};

function inWords(bar: Bar | undefined, { usage, business }: Messages): string {
  if (bar === undefined) return '';
  const { from, to, consumed, refunded, businesses } = bar;
  const parts = SOURCE_TYPES.filter((one) => businesses[one].consumed > 0).map(
    (one) => `${business(one)} ${inPoints(businesses[one].consumed)}`,
  );
  const of = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  const back = refunded > 0 ? `, ${usage.refunded} ${inPoints(refunded)}` : '';
  return `${usage.span(from, to)}: ${usage.consumed} ${inPoints(consumed)}${of}${back}`;
}

function Pointed({ bar }: { readonly bar: Bar }) {
  const messages = useMessages();
  const { consumed, refunded, duration } = bar;
  return (
    <>
      <b>{messages.usage.span(bar.from, bar.to)}</b>
      {` ${messages.usage.consumed} ${inPoints(consumed)}`}
      {refunded > 0 && ` · ${messages.usage.refunded} ${inPoints(refunded)}`}
      {duration > 0 && ` · ${inSeconds(duration)}`}
    </>
  );
}
