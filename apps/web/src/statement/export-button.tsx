import { useState } from 'react';
import type { LedgerApi } from '../api/ledger-api.js';
import { formatDay } from '../format/days.js';
import { DownloadIcon } from '../components/icons.js';
import { filterParams, type Filter } from '../routing/filter.js';
import { useMessages } from '../i18n/language.js';

interface ExportButtonProps {
  readonly api: LedgerApi;
  readonly filter: Filter;
}

const URL_LIFETIME_MS = 60_000;

type Progress = 'idle' | 'exporting' | 'exported' | 'notExported';

/** Exports all filtered rows as CSV, not only those loaded. */
export function ExportButton({ api, filter }: ExportButtonProps) {
  const { statement } = useMessages();
  const [progress, setProgress] = useState<Progress>('idle');
  const start = async (): Promise<void> => {
    setProgress('exporting');
    // The size is bounded by the account; closing the tab cancels it.
    const result = await api.csv(filterParams(filter), new AbortController().signal);
    if (result.ok) download(result.value, `transactions-${formatDay(new Date())}.csv`);
    setProgress(result.ok ? 'exported' : 'notExported');
  };
  return (
    <span className="export">
      <span
        className={progress === 'notExported' ? 'field-wrong' : 'visually-hidden'}
        role="status"
      >
        {progress !== 'idle' && statement[progress]}
      </span>
      <button
        type="button"
        className="button"
        disabled={progress === 'exporting'}
        onClick={() => void start()}
      >
        <DownloadIcon />
        {progress === 'exporting' ? statement.exporting : statement.export}
      </button>
    </span>
  );
}

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the URL only later.
  window.setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME_MS);
}
