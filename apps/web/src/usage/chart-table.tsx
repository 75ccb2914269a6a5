import { useBusinesses } from '../businesses/businesses-context.js';
import { formatPoints, formatSeconds } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import type { Bar } from './day-bars.js';

interface ChartTableProps {
  readonly bars: readonly Bar[];
  readonly caption: string;
}

/** The data of the chart as a table for screen readers, without empty days. */
export function ChartTable({ bars, caption }: ChartTableProps) {
  const { usage } = useMessages();
  const businesses = useBusinesses();
  const used = businesses.inOrder(bars.flatMap((bar) => [...bar.businesses.keys()]));
  return (
    <div className="visually-hidden">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{usage.day}</th>
            <th scope="col">{usage.consumed}</th>
            {used.map((one) => (
              <th key={one} scope="col">
                {businesses.nameOf(one)}
              </th>
            ))}
            <th scope="col">{usage.refunded}</th>
            <th scope="col">{usage.times}</th>
            <th scope="col">{usage.duration}</th>
          </tr>
        </thead>
        <tbody>
          {bars
            .filter(({ consumed, refunded }) => consumed + refunded > 0)
            .map(({ from, to, consumed, refunded, count, duration, businesses: totals }) => (
              <tr key={from}>
                <th scope="row">{usage.span(from, to)}</th>
                <td>{formatPoints(consumed)}</td>
                {used.map((one) => (
                  <td key={one}>{formatPoints(totals.get(one)?.consumed ?? 0)}</td>
                ))}
                <td>{formatPoints(refunded)}</td>
                <td>{formatPoints(count)}</td>
                <td>{formatSeconds(duration)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
