import type { LiveUpdates } from './use-live-updates.js';
import { useMessages } from '../i18n/language.js';

/** Shows whether live updates are connected. */
export function LiveIndicator({ live: { status, reconnect } }: { readonly live: LiveUpdates }) {
  const { live } = useMessages();
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
