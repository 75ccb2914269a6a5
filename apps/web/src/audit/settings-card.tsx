import { useCallback } from 'react';
import type { SettingsApi } from '../api/settings-api.js';
import { useQuery } from '../api/use-query.js';
import { Field } from '../components/field.js';
import { Instant } from '../components/instant.js';
import { useMessages } from '../i18n/language.js';

interface SettingsCardProps {
  readonly api: SettingsApi;
  readonly version: number;
}

/** A version of the settings in a time line: when it was published, by whom, and what it says. */
export function SettingsCard({ api, version }: SettingsCardProps) {
  const { audit, settings: messages } = useMessages();
  const { value } = useQuery(useCallback((signal) => api.version(version, signal), [api, version]));
  return (
    <li className="event event-settings" data-settings={version}>
      <article aria-labelledby={`settings-${version}`}>
        <header className="event-head">
          <h2 id={`settings-${version}`}>{audit.settings}</h2>
          <span className="event-revision">
            {value === null ? audit.settingsVersion(version) : audit.version(version, value.rules)}
          </span>
        </header>
        {value !== null && (
          <dl className="facts event-facts">
            <Field label={messages.from}>
              {version === 1 ? messages.always : <Instant at={value.from} />}
            </Field>
            <Field label={messages.at}>
              <Instant at={value.at} />
            </Field>
            <Field label={messages.by} isCode>
              {value.by}
            </Field>
            <Field label={messages.note}>{value.note}</Field>
          </dl>
        )}
      </article>
    </li>
  );
}
