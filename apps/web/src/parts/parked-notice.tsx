import type { Parked } from '#contracts';
import { useWords } from '../words/use-words.js';
import { Instant } from './instant.js';

/** Says that what the page shows is not the newest, where the account is parked. */
export function ParkedNotice({ parked }: { readonly parked: Parked | undefined }) {
  const { parkedAccount } = useWords();
  if (parked === undefined) return null;
  return (
    <p className="card parked" role="status" data-testid="parked" data-code={parked.code}>
      {parkedAccount.before}
      <Instant at={parked.since} />
      {parkedAccount.behind}
    </p>
  );
}
