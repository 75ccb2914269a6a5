import type { Business } from '../businesses/businesses.js';
import { NO_VALUE } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';
import { priceText } from './business-table.js';
import type { Change } from './changes.js';
import { limitName, limitValue, listText } from './limit-table.js';

/** What differs between two versions: what it is, and its value in each. */
export function ChangeTable({ changes }: { readonly changes: readonly Change[] }) {
  const messages = useMessages();
  const { settings } = messages;
  if (changes.length === 0) return <p className="hint">{settings.noChanges}</p>;
  return (
    <div className="book-scroll" tabIndex={0} role="region" aria-label={settings.changed}>
      <table className="book" data-testid="changes">
        <thead>
          <tr>
            <th scope="col">{settings.changed}</th>
            <th scope="col">{settings.before}</th>
            <th scope="col">{settings.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => {
            const [name, before, after] = textsOf(change, messages);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{before}</td>
                <td>{after}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function textsOf(
  change: Change,
  messages: Messages,
): readonly [name: string, before: string, after: string] {
  const { settings } = messages;
  switch (change.kind) {
    case 'rules':
      return [settings.rules, String(change.before), String(change.after)];
    case 'limit': {
      const { name, before, after } = change;
      return [limitName(name, messages), limitValue(before, messages), limitValue(after, messages)];
    }
    case 'notices':
      return [settings.noticeNames[change.name], listText(change.before), listText(change.after)];
    case 'added': {
      const { code, label, price, unit } = change.business;
      return [settings.added(code), NO_VALUE, `${label} · ${priceText(price, unit, messages)}`];
    }
    case 'business': {
      const { code, field, before, after } = change;
      const name = `${code} · ${settings[field === 'retired' ? 'state' : field]}`;
      return [name, fieldText(field, before, messages), fieldText(field, after, messages)];
    }
  }
}

function fieldText(
  field: 'label' | 'price' | 'retired',
  business: Business,
  messages: Messages,
): string {
  const { settings } = messages;
  if (field === 'label') return business.label;
  if (field === 'price') return priceText(business.price, business.unit, messages);
  return business.retired ? settings.retired : settings.inUse;
}
