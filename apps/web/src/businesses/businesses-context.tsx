import { createContext, use, useCallback, useMemo, type ReactNode } from 'react';
import type { SettingsApi } from '../api/settings-api.js';
import { useQuery } from '../api/use-query.js';
import { useInterval } from '../browser/use-interval.js';
import { Businesses, NO_BUSINESSES } from './businesses.js';

const BusinessesContext = createContext<Businesses>(NO_BUSINESSES);

interface BusinessesProviderProps {
  readonly api: SettingsApi;
  readonly children: ReactNode;
}

/** A version of the settings is published 6 minutes before it is in force. */
const REFRESH_MS = 300_000;

/** Reads the businesses, and again where the page stays open. Without an answer, codes are shown. */
export function BusinessesProvider({ api, children }: BusinessesProviderProps) {
  const { value, refetch } = useQuery(useCallback((signal) => api.businesses(signal), [api]));
  useInterval(REFRESH_MS, refetch);
  const businesses = useMemo(
    () => (value === null ? NO_BUSINESSES : new Businesses(value.items)),
    [value],
  );
  return <BusinessesContext value={businesses}>{children}</BusinessesContext>;
}

export const useBusinesses = (): Businesses => use(BusinessesContext);
