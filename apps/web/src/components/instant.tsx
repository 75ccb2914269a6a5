import { formatLocalTime } from '../format/time.js';

/** A time in the reader's time zone, with the exact instant on hover. */
export function Instant({ at }: { readonly at: string }) {
  return (
    <time className="instant" dateTime={at} title={at}>
      {formatLocalTime(at)}
    </time>
  );
}
