import { useCallback, useState } from 'react';
import type { SettingsPage as VersionPage, SettingsVersion } from '#contracts';
import type { SettingsApi } from '../api/settings-api.js';
import { useQuery } from '../api/use-query.js';
import { FailureNotice } from '../components/failure-notice.js';
import { Skeleton } from '../components/skeleton.js';
import { useMessages } from '../i18n/language.js';
import { DraftForm } from './draft-form.js';
import { VersionDetails } from './version-details.js';
import { VersionList } from './version-list.js';

interface SettingsPageProps {
  readonly api: SettingsApi;
  /** Whether the reader may publish. */
  readonly mayPublish: boolean;
}

/** The settings of the ledger: their versions, what changed, and the next one. */
export function SettingsPage({ api, mayPublish }: SettingsPageProps) {
  const { settings: messages } = useMessages();
  const versions = useQuery(useCallback((signal) => api.versions(null, signal), [api]));
  const [chosen, choose] = useState<number | null>(null);
  const { value, failure, refetch } = versions;
  const shown = chosen ?? value?.in_force ?? null;
  return (
    <main className="page">
      <section className="card" aria-labelledby="settings-title">
        <h1 className="card-title" id="settings-title">
          {messages.title}
        </h1>
        <p className="hint">{messages.intro}</p>
        {failure !== null && value === null && (
          <FailureNotice failure={failure} retry={refetch} as="h2" />
        )}
        {value === null && failure === null && <Skeleton lines={5} />}
        {value !== null && (
          <VersionList api={api} newest={value} chosen={shown} choose={(next) => choose(next)} />
        )}
      </section>
      {shown !== null && <VersionDetails key={shown} api={api} version={shown} />}
      {mayPublish && value !== null && (
        <NextVersion
          api={api}
          newest={value.newest}
          published={({ version }) => {
            choose(version);
            refetch();
          }}
        />
      )}
    </main>
  );
}

interface NextVersionProps {
  readonly api: SettingsApi;
  readonly newest: VersionPage['newest'];
  readonly published: (version: SettingsVersion) => void;
}

/** The next version begins as the newest one. */
function NextVersion({ api, newest, published }: NextVersionProps) {
  const { settings: messages } = useMessages();
  const [isOpen, setIsOpen] = useState(false);
  const version = useQuery(useCallback((signal) => api.version(newest, signal), [api, newest]));
  return (
    <section className="card" aria-labelledby="publish-title">
      <h2 className="card-title" id="publish-title">
        {messages.publishTitle}
      </h2>
      {!isOpen && (
        <button type="button" className="button" onClick={() => setIsOpen(true)}>
          {messages.begin(newest + 1)}
        </button>
      )}
      {isOpen && version.failure !== null && (
        <FailureNotice failure={version.failure} retry={version.refetch} />
      )}
      {isOpen && version.value === null && version.failure === null && <Skeleton lines={6} />}
      {isOpen && version.value !== null && (
        <DraftForm
          key={version.value.version}
          api={api}
          newest={version.value}
          published={(next) => {
            setIsOpen(false);
            published(next);
          }}
        />
      )}
    </section>
  );
}
