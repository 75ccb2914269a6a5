import type { Live } from '../live/use-live.js';
import { useWords } from '../words/use-words.js';

/** Whether new rows come by themselves right now. */
export function LiveMark({ live: { status, reconnect } }: { readonly live: Live }) {
  const { live } = useWords();
  return (
    <span className="live" data-live={status}>
      <span className="live-dot" aria-hidden="true" />
      <span role="status">{live[status]}</span>
      {status === 'stopped' && (
        <button type="button" className="link" onClick={reconnect}>
          {live.again}
        </button>
      )}
    </span>
  );
}
