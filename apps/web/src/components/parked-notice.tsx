import type { Parked } from '#contracts';
import { useMessages } from '../i18n/language.js';
import { Instant } from './instant.js';

/** Says that a parked account's page is not up to date. */
export function ParkedNotice({ parked }: { readonly parked: Parked | undefined }) {
  const { parkedAccount } = useMessages();
  if (parked === undefined) return null;
  return (
    <p className="card parked" role="status" data-testid="parked" data-code={parked.code}>
      {parkedAccount.before}
      <Instant at={parked.since} />
      {parkedAccount.behind}
    </p>
  );
}
