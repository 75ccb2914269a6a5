import { useCallback, useEffect, useRef, useState } from 'react';
import type { SettingsPreview, SettingsVersion } from '#contracts';
import type { ApiResult, Failure } from '../api/failure.js';
import type { SettingsApi } from '../api/settings-api.js';
import { toBody, type Draft } from './draft.js';

export interface Publication {
  /** The preview of the draft as it is; null: it is not previewed yet, or was changed since. */
  readonly preview: SettingsPreview | null;
  readonly failure: Failure | null;
  readonly isSending: boolean;
  readonly requestPreview: () => void;
  readonly publish: () => void;
}

/** A draft is published as it was previewed: a change takes the preview back. */
export function usePublication(
  api: SettingsApi,
  draft: Draft,
  published: (version: SettingsVersion) => void,
): Publication {
  const [previewed, setPreviewed] = useState<{
    readonly draft: Draft;
    readonly preview: SettingsPreview;
  } | null>(null);
  const [failed, setFailed] = useState<{
    readonly draft: Draft;
    readonly failure: Failure;
  } | null>(null);
  const [isSending, setIsSending] = useState(false);
  const sending = useRef<AbortController | null>(null);
  useEffect(() => () => sending.current?.abort(), []);

  const send = useCallback(
    async <T>(
      request: (body: unknown, signal: AbortSignal) => Promise<ApiResult<T>>,
      succeeded: (value: T) => void,
    ): Promise<void> => {
      const controller = new AbortController();
      sending.current = controller;
      setIsSending(true);
      setFailed(null);
      const result = await request(toBody(draft), controller.signal);
      if (controller.signal.aborted) return;
      setIsSending(false);
      if (result.ok) succeeded(result.value);
      else setFailed({ draft, failure: result.failure });
    },
    [draft],
  );
  return {
    preview: previewed?.draft === draft ? previewed.preview : null,
    failure: failed?.draft === draft ? failed.failure : null,
    isSending,
    requestPreview: () =>
      void send(
        (body, signal) => api.preview(body, signal),
        (preview) => setPreviewed({ draft, preview }),
      ),
    publish: () => void send((body, signal) => api.publish(body, signal), published),
  };
}
