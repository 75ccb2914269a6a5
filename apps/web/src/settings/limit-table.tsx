import type { SettingsVersion } from '#contracts';
import { NO_VALUE, formatPoints } from '../format/points.js';
import { useMessages } from '../i18n/language.js';
import type { Messages } from '../i18n/messages.js';

type Limited = Pick<SettingsVersion, 'policy' | 'notices'>;

export function LimitTable({ version: { policy, notices } }: { readonly version: Limited }) {
  const messages = useMessages();
  const { settings } = messages;
  return (
    <dl className="limits">
      {Object.entries(policy).map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{limitName(name, messages)}</dt>
          <dd>{limitValue(value, messages)}</dd>
        </div>
      ))}
      {(['lowBalance', 'expiringSoonDays'] as const).map((name) => (
        <div key={name} className="fact">
          <dt>{settings.noticeNames[name]}</dt>
          <dd>{listText(notices[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

export const limitName = (name: string, { settings }: Messages): string =>
  settings.limitNames[name] ?? name;

export function limitValue(value: number | string | null, { settings }: Messages): string {
  if (value === null) return NO_VALUE;
  return typeof value === 'number' ? formatPoints(value) : (settings.overruns[value] ?? value);
}

export const listText = (numbers: readonly number[]): string =>
  numbers.length === 0 ? NO_VALUE : numbers.map(formatPoints).join(', ');
