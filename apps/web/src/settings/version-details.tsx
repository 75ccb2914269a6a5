import { useCallback } from 'react';
import type { SettingsVersion } from '#contracts';
import type { SettingsApi } from '../api/settings-api.js';
import type { ApiResult } from '../api/failure.js';
import { useQuery } from '../api/use-query.js';
import { FailureLine, FailureNotice } from '../components/failure-notice.js';
import { Skeleton } from '../components/skeleton.js';
import { useMessages } from '../i18n/language.js';
import { BusinessTable } from './business-table.js';
import { ChangeTable } from './change-table.js';
import { changesBetween } from './changes.js';
import { LimitTable } from './limit-table.js';

interface VersionDetailsProps {
  readonly api: SettingsApi;
  readonly version: number;
}

/** One version: its prices and limits, and what it changed. */
export function VersionDetails({ api, version }: VersionDetailsProps) {
  const { settings: messages } = useMessages();
  const shown = useQuery(useCallback((signal) => api.version(version, signal), [api, version]));
  const before = useQuery<SettingsVersion | null>(
    useCallback(
      async (signal): Promise<ApiResult<SettingsVersion | null>> =>
        version === 1 ? { ok: true, value: null } : api.version(version - 1, signal),
      [api, version],
    ),
  );
  const { value, failure, refetch } = shown;
  return (
    <section className="card" aria-labelledby="version-title" data-testid="version">
      <h2 className="card-title" id="version-title">
        {messages.nth(version)}
      </h2>
      {failure !== null && <FailureNotice failure={failure} retry={refetch} />}
      {value === null && failure === null && <Skeleton lines={8} />}
      {value !== null && (
        <>
          {before.failure !== null && (
            <FailureLine failure={before.failure} retry={before.refetch} />
          )}
          {version > 1 && before.value !== null && (
            <>
              <h3 className="book-title">{messages.changes(version - 1)}</h3>
              <ChangeTable changes={changesBetween(before.value, value)} />
            </>
          )}
          <h3 className="book-title">{messages.businesses}</h3>
          <BusinessTable businesses={value.businesses} />
          <h3 className="book-title">{messages.limits}</h3>
          <LimitTable version={value} />
        </>
      )}
    </section>
  );
}
