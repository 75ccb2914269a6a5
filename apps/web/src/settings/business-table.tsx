import type { Business } from '../businesses/businesses.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { describePrice, unitName } from '../story/price.js';

/** Businesses with their prices, in the order of the settings. */
export function BusinessTable({ businesses }: { readonly businesses: readonly Business[] }) {
  const messages = useMessages();
  const { settings } = messages;
  return (
    <div className="book-scroll" tabIndex={0} role="region" aria-label={settings.businesses}>
      <table className="book">
        <thead>
          <tr>
            <th scope="col">{settings.code}</th>
            <th scope="col">{settings.label}</th>
            <th scope="col">{settings.unit}</th>
            <th scope="col">{settings.price}</th>
            <th scope="col">{settings.state}</th>
          </tr>
        </thead>
        <tbody>
          {businesses.map(({ code, label, unit, price, retired }) => (
            <tr key={code} data-code={code}>
              <th scope="row" className="code">
                {code}
              </th>
              <td>{label}</td>
              <td>{unitName(unit, messages)}</td>
              <td>{priceText(price, unit, messages)}</td>
              <td>{retired ? settings.retired : settings.inUse}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Without a price, every command tells its points. */
export const priceText = (price: Business['price'], unit: string, messages: Messages): string =>
  price === null ? messages.settings.noPrice : describePrice({ ...price, unit }, messages);
