import type { ReactNode } from 'react';
import type { SettingsPreview } from '#contracts';
import { useBusinesses } from '../businesses/businesses-context.js';
import { formatPoints } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import { summarizePreview, type PreviewTotals } from './preview-totals.js';

/** So many users are listed, those whose costs change most. */
const USERS_LISTED = 20;

/** Who would pay what under the next version. */
export function PreviewTables({ preview }: { readonly preview: SettingsPreview }) {
  const { settings } = useMessages();
  const businesses = useBusinesses();
  const { byBusiness, byUser, unpriced } = summarizePreview(preview.items);
  return (
    <div data-testid="preview">
      <h3 className="book-title">{settings.previewTitle(preview.items.length)}</h3>
      {byBusiness.length === 0 && <p className="hint">{settings.nothingPriced}</p>}
      {byBusiness.length > 0 && (
        <>
          <TotalsTable
            title={settings.byBusiness}
            totals={byBusiness}
            nameOf={(code) => businesses.nameOf(code)}
          />
          <TotalsTable
            title={settings.byUser}
            totals={byUser.slice(0, USERS_LISTED)}
            nameOf={(user) => <span className="code">{user}</span>}
          />
          {byUser.length > USERS_LISTED && (
            <p className="hint">{settings.moreUsers(byUser.length - USERS_LISTED)}</p>
          )}
        </>
      )}
      {[...unpriced].map(([code, count]) => (
        <p key={code} className="hint" data-unpriced={code}>
          {settings.unpriced(count, settings.unpricedWhy[code] ?? code)}
        </p>
      ))}
    </div>
  );
}

interface TotalsTableProps {
  readonly title: string;
  readonly totals: readonly PreviewTotals[];
  readonly nameOf: (key: string) => ReactNode;
}

function TotalsTable({ title, totals, nameOf }: TotalsTableProps) {
  const { settings } = useMessages();
  return (
    <div className="book-scroll" tabIndex={0} role="region" aria-label={title}>
      <table className="book book-totals">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" className="number">
              {settings.count}
            </th>
            <th scope="col" className="number">
              {settings.paid}
            </th>
            <th scope="col" className="number">
              {settings.wouldPay}
            </th>
            <th scope="col" className="number">
              {settings.difference}
            </th>
          </tr>
        </thead>
        <tbody>
          {totals.map(({ key, count, paid, wouldPay }) => (
            <tr key={key} data-key={key}>
              <th scope="row">{nameOf(key)}</th>
              <td className="number">{formatPoints(count)}</td>
              <td className="number">{formatPoints(paid)}</td>
              <td className="number">{formatPoints(wouldPay)}</td>
              <td className="number">{signed(wouldPay - paid)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const signed = (points: number): string =>
  points === 0 ? '0' : `${points > 0 ? '+' : '−'}${formatPoints(Math.abs(points))}`;
