import type { KeyboardEvent } from 'react';
import { inPoints, inSeconds } from '../format/rows.js';
import { useWords } from '../words/use-words.js';
import type { Words } from '../words/words.js';
import { axisTop, type Bar } from './day-bars.js';

const WIDTH = 720;
const HEIGHT = 180;
const GAP = 0.32;
const LINES = [0, 0.5, 1] as const;

interface DayChartProps {
  readonly bars: readonly Bar[];
  readonly span: string;
  readonly pointed: Bar | null;
  readonly point: (bar: Bar | null) => void;
  readonly choose: (bar: Bar) => void;
}

/** A column for each day: what was consumed, and on top of it what of that came back. */
export function DayChart({ bars, span, pointed, point, choose }: DayChartProps) {
  const words = useWords();
  const top = axisTop(Math.max(0, ...bars.map(({ consumed }) => consumed)));
  const sum = (of: (bar: Bar) => number): number => bars.reduce((all, bar) => all + of(bar), 0);
  const consumed = sum((bar) => bar.consumed);
  const label = words.usage.chart(span, inPoints(consumed), inPoints(sum((bar) => bar.refunded)));
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
          aria-valuetext={inWords(bars[at], words)}
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
            <Column
              key={bar.from}
              bar={bar}
              x={(WIDTH / bars.length) * nth}
              width={WIDTH / bars.length}
              top={top}
              isPointed={pointed?.from === bar.from}
              point={() => point(bar)}
              choose={() => choose(bar)}
            />
          ))}
        </svg>
        {consumed === 0 && <p className="chart-none">{words.usage.none}</p>}
      </div>
      <div className="chart-days" aria-hidden="true">
        <span>{bars[0]?.from}</span>
        <span className="chart-pointed">
          {pointed === null ? words.usage.onlyDay : <Pointed bar={pointed} />}
        </span>
        <span>{bars.at(-1)?.to}</span>
      </div>
      <Table bars={bars} caption={label} />
    </figure>
  );
}

const NEXT: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => Math.max(0, at - 1),
  ArrowRight: (at, last) => Math.min(last, at + 1),
  Home: () => 0,
  End: (_, last) => last,
};

function inWords(bar: Bar | undefined, { usage }: Words): string {
  if (bar === undefined) return '';
  const { from, to, consumed, refunded } = bar;
  const back = refunded > 0 ? `, ${usage.refunded} ${inPoints(refunded)}` : '';
  return `${usage.span(from, to)}: ${usage.consumed} ${inPoints(consumed)}${back}`;
}

interface ColumnProps {
  readonly bar: Bar;
  readonly x: number;
  readonly width: number;
  readonly top: number;
  readonly isPointed: boolean;
  readonly point: () => void;
  readonly choose: () => void;
}

function Column({ bar, x, width, top, isPointed, point, choose }: ColumnProps) {
  const heightOf = (points: number): number => (points / top) * HEIGHT;
  const back = Math.min(bar.refunded, bar.consumed);
  const kept = heightOf(bar.consumed - back);
  const inner = { x: x + (width * GAP) / 2, width: width * (1 - GAP) };
  return (
    <g
      className="column"
      data-pointed={isPointed || undefined}
      onPointerEnter={point}
      onClick={choose}
    >
      <rect x={x} width={width} height={HEIGHT} className="column-ground" />
      <rect {...inner} y={HEIGHT - kept} height={kept} className="bar-consumed" />
      <rect
        {...inner}
        y={HEIGHT - heightOf(bar.consumed)}
        height={heightOf(back)}
        className="bar-refunded"
      />
    </g>
  );
}

function Pointed({ bar }: { readonly bar: Bar }) {
  const words = useWords();
  const { consumed, refunded, duration } = bar;
  return (
    <>
      <b>{words.usage.span(bar.from, bar.to)}</b>
      {` ${words.usage.consumed} ${inPoints(consumed)}`}
      {refunded > 0 && ` · ${words.usage.refunded} ${inPoints(refunded)}`}
      {duration > 0 && ` · ${inSeconds(duration)}`}
    </>
  );
}

/** The same for those who can't see columns: the days on which something happened. */
function Table({ bars, caption }: { readonly bars: readonly Bar[]; readonly caption: string }) {
  const words = useWords();
  return (
    <div className="visually-hidden">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.usage.day}</th>
            <th scope="col">{words.usage.consumed}</th>
            <th scope="col">{words.usage.refunded}</th>
            <th scope="col">{words.usage.times}</th>
            <th scope="col">{words.usage.duration}</th>
          </tr>
        </thead>
        <tbody>
          {bars
            .filter(({ consumed, refunded }) => consumed + refunded > 0)
            .map(({ from, to, consumed, refunded, count, duration }) => (
              <tr key={from}>
                <th scope="row">{words.usage.span(from, to)}</th>
                <td>{inPoints(consumed)}</td>
                <td>{inPoints(refunded)}</td>
                <td>{inPoints(count)}</td>
                <td>{inSeconds(duration)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
