import { createContext, use, useCallback, useMemo, type ReactNode } from 'react';
import type { SettingsApi } from '../api/settings-api.js';
import { useQuery } from '../api/use-query.js';
import { Businesses, NO_BUSINESSES } from './businesses.js';

const BusinessesContext = createContext<Businesses>(NO_BUSINESSES);

interface BusinessesProviderProps {
  readonly api: SettingsApi;
  readonly children: ReactNode;
}

/** Reads the businesses once. Without an answer, businesses are shown by their codes. */
export function BusinessesProvider({ api, children }: BusinessesProviderProps) {
  const { value } = useQuery(useCallback((signal) => api.businesses(signal), [api]));
  const businesses = useMemo(
    () => (value === null ? NO_BUSINESSES : new Businesses(value.items)),
    [value],
  );
  return <BusinessesContext value={businesses}>{children}</BusinessesContext>;
}

export const useBusinesses = (): Businesses => use(BusinessesContext);
