import { parseUserId } from '../format/user-id.js';
import { NO_FILTER, parseFilter, type Filter } from './filter.js';

export const VIEWS = ['usage', 'audit', 'settings'] as const;
export type View = (typeof VIEWS)[number];

const PATHS: Record<View, string> = { usage: '/', audit: '/audit', settings: '/settings' };

/** The state of the page that is kept in the URL, so that it can be bookmarked, sent and navigated. */
export interface Route {
  readonly view: View;
  /** null: the reader's own account. */
  readonly user: string | null;
  readonly filter: Filter;
  /** The row whose details are open, by its row_ref or, in old links, by its id. */
  readonly row: string | null;
}

export const HOME_ROUTE: Route = { view: 'usage', user: null, filter: NO_FILTER, row: null };

export function parseRoute({ pathname, search }: Pick<URL, 'pathname' | 'search'>): Route {
  const params = new URLSearchParams(search);
  const row = params.get('row') ?? '';
  return {
    view: VIEWS.find((view) => pathname === PATHS[view]) ?? 'usage',
    user: parseUserId(params.get('user') ?? ''),
    filter: parseFilter(params),
    row: /^([1-9]\d{0,14}|r\d{1,15}\.\d{1,9})$/.test(row) ? row : null,
  };
}

export function urlOf({ view, user, filter, row }: Route): string {
  const params = Object.entries({ user, ...filter, row }).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(params).toString();
  return `${PATHS[view]}${search === '' ? '' : `?${search}`}`;
}
